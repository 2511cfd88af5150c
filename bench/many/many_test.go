package many_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/many"
	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

// TestA8Small runs everything on few links; what it measures is not judged here.
func TestA8Small(t *testing.T) {
	const key = "bench-many-admin-key-0123456789ab"
	s, err := server.New(server.Options{
		DatabaseURL: "sqlite:" + filepath.Join(t.TempDir(), "links.db"), Etcd: []string{feedtest.Start(t).Endpoint()},
		Addr: "127.0.0.1:0", RPCAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0", AdminKey: key, Logger: slog.New(slog.DiscardHandler),
		Deadline: time.Minute, // the machine may be busy; what is too slow is not this test's to say
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(t.Context()) })
	run, err := many.New(many.Options{Control: "http://" + s.Addr(), Key: key, Links: 6000, Singles: 50, Queries: 3})
	if err != nil {
		t.Fatal(err)
	}
	result, err := run.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if result.Exported != 6000+50+5000 || result.Resumed == 0 || len(result.Queries) != 10 {
		t.Errorf("result %+v", result)
	}
	if sections := result.Sections(); len(sections) != 2 {
		t.Errorf("sections %+v", sections)
	}
}
