package process

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Addr gives a free address on 127.0.0.1. Nobody else is kept from taking it
// meanwhile, but its port is one that the kernel does not hand out by itself
// (Linux: those from 32768 on).
func Addr(tb testing.TB) string {
	tb.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000))
		l, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		l.Close()
		return addr
	}
	tb.Fatal("found no free port")
	return ""
}
