package feedtest

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/deploy/standalone/etcd"
)

// Etcd is a real etcd, embedded in the test, that can be stopped and started
// again at the same address, on the same data or on other data.
type Etcd struct {
	tb     testing.TB
	addr   string
	dir    string
	server *etcd.Server
}

// Start runs an etcd until the test ends.
func Start(tb testing.TB) *Etcd {
	tb.Helper()
	e := &Etcd{tb: tb, addr: freeAddr(tb), dir: filepath.Join(tb.TempDir(), "etcd")}
	e.Restart()
	tb.Cleanup(func() {
		if e.server != nil {
			e.Stop()
		}
	})
	return e
}

// Endpoint is its client address, the same after a restart.
func (e *Etcd) Endpoint() string { return e.addr }

// Stop ends the server and keeps its data.
func (e *Etcd) Stop() {
	e.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := e.server.Stop(ctx); err != nil {
		e.tb.Error(err)
	}
	e.server = nil
}

// Restart starts the server, after a Stop, on the data that it has.
func (e *Etcd) Restart() {
	e.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	server, err := etcd.New(etcd.Options{Dir: e.dir, Addr: e.addr})
	if err != nil {
		e.tb.Fatal(err)
	}
	if err := server.Start(ctx); err != nil {
		e.tb.Fatal(err)
	}
	e.server = server
}

// Compact forgets all history up to now.
func (e *Etcd) Compact() {
	e.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := e.server.Compact(ctx); err != nil {
		e.tb.Fatal(err)
	}
}

// Wipe throws the data of a stopped server away: what starts next is another
// history at the same address, even with the same cluster ID.
func (e *Etcd) Wipe() {
	e.tb.Helper()
	if err := os.RemoveAll(e.dir); err != nil {
		e.tb.Fatal(err)
	}
}

// Copy keeps the data of a stopped server, for Restore.
func (e *Etcd) Copy() (kept string) {
	e.tb.Helper()
	kept = filepath.Join(e.tb.TempDir(), "copy")
	if err := os.CopyFS(kept, os.DirFS(e.dir)); err != nil {
		e.tb.Fatal(err)
	}
	return kept
}

// Restore puts a Copy back in a stopped server's place.
func (e *Etcd) Restore(kept string) {
	e.tb.Helper()
	e.Wipe()
	if err := os.CopyFS(e.dir, os.DirFS(kept)); err != nil {
		e.tb.Fatal(err)
	}
}

// freeAddr picks a free port. Another process may take it before the server
// does; ports from the kernel come round slowly, so that does not happen in
// practice, and a server that must come back at its address needs a fixed one.
func freeAddr(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
