//go:build !race

package codes_test

import (
	"testing"

	"github.com/fingerpost/fingerpost/sync/link"
)

// The race detector makes sync.Pool forget at random, so this is not its build's.
func TestEncodeAllocatesItsAnswerOnly(t *testing.T) {
	c := newCodec(t, link.DefaultLen)
	id := uint64(0)
	if n := testing.AllocsPerRun(1000, func() { c.Encode(id); id++ }); n > 1 {
		t.Errorf("%.0f allocations", n)
	}
}
