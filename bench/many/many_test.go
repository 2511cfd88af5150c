package many_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/bench/many"
	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

func TestMain(m *testing.M) { os.Exit(postgres.Tests{M: m}.Run()) }

// TestA8Small runs everything on few links; what it measures is not judged here.
func TestA8Small(t *testing.T) {
	const key = "bench-many-admin-key-0123456789ab"
	s, err := server.New(server.Options{
		// Not SQLite, which is ours to run: under the race detector it takes minutes.
		DatabaseURL: postgres.NewDatabase(t), Etcd: []string{feedtest.Start(t).Endpoint()},
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
	if result.Exported != 6000+50+5000 || len(result.Queries) != 10 {
		t.Errorf("result %+v", result)
	}
	if sections := result.Sections(); len(sections) != 2 {
		t.Errorf("sections %+v", sections)
	}
}
