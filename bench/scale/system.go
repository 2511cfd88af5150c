//go:build linux

package scale

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/bench/program"
	"github.com/fingerpost/fingerpost/controlplane/client"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// domain is that of all links.
const domain = "localhost"

// cacheBytes is an edge's memory for mappings.
const cacheBytes = 512 << 20

// system is one store of a size, and all that stands on it.
type system struct {
	options     *Options
	size        int
	dir, kept   string // what is written, and of it what the next run finds again
	database    *postgres.Server
	etcd        *program.Program
	control     *program.Program
	edge        *program.Program
	addr        string // of the edge
	api         *client.Client
	rpc         *grpc.ClientConn
	resolver    wire.ResolverClient
	held, other []mapping // that the edge holds, and some that it does not
	asked       int       // how many of other it was asked for
	deep        client.Query
}

// newSystem makes what has no need of a database that is filled.
func newSystem(o *Options, size int, dir, kept string) (s *system, err error) {
	s = &system{options: o, size: size, dir: dir, kept: kept}
	for _, folder := range []string{dir, kept} {
		if err := os.MkdirAll(folder, 0o711); err != nil {
			return nil, fmt.Errorf("making a folder: %w", err)
		}
	}
	var addrs [7]string
	for i := range addrs {
		if addrs[i], err = program.Free(); err != nil {
			return nil, err
		}
	}
	etcd, peer, api, rpc, controlOps, edgeOps := addrs[0], addrs[1], addrs[2], addrs[3], addrs[4], addrs[5]
	s.addr = addrs[6]
	if s.database, err = postgres.Run(kept, o.Logger, o.Settings...); err != nil {
		return nil, err
	}
	key := rand.Text()
	s.etcd = &program.Program{Path: o.Programs.Etcd, Ops: etcd, Well: "/health", Said: filepath.Join(dir, "etcd.log"), Args: []string{
		"--name", "one", "--data-dir", filepath.Join(dir, "etcd"), "--log-level", "error",
		"--listen-client-urls", "http://" + etcd, "--advertise-client-urls", "http://" + etcd,
		"--listen-peer-urls", "http://" + peer, "--initial-advertise-peer-urls", "http://" + peer, "--initial-cluster", "one=http://" + peer,
	}}
	s.control = &program.Program{Path: o.Programs.Control, Ops: controlOps, Well: "/readyz", Said: filepath.Join(dir, "control.log"), Args: []string{
		"serve", "--database-url", s.url(), "--etcd", etcd, "--addr", api, "--rpc-addr", rpc, "--ops-addr", controlOps,
	}, Env: []string{"FINGERPOST_ADMIN_KEY=" + key}}
	s.edge = &program.Program{Path: o.Programs.Edge, Ops: edgeOps, Well: "/readyz", Said: filepath.Join(dir, "edge.log"), Args: []string{
		"--id", "edge-1", "--addr", s.addr, "--ops-addr", edgeOps, "--control", rpc, "--etcd", etcd, "--data", filepath.Join(dir, "edge"),
		"--cache-bytes", fmt.Sprint(cacheBytes),
	}}
	return s, s.connect("http://"+api, key, rpc)
}

func (s *system) connect(api, key, rpc string) (err error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = s.options.Clients
	if s.api, err = client.New(client.Options{URL: api, Key: key, HTTP: &http.Client{Transport: transport}}); err != nil {
		return err
	}
	if s.rpc, err = grpc.NewClient(rpc, grpc.WithTransportCredentials(insecure.NewCredentials())); err != nil {
		return fmt.Errorf("connecting to the control plane: %w", err)
	}
	s.resolver = wire.NewResolverClient(s.rpc)
	return nil
}

func (s *system) url() string { return s.database.URL("postgres") }

// start starts programs, one after the other.
func (s *system) start(ctx context.Context, programs ...*program.Program) error {
	for _, p := range programs {
		if err := errors.Join(p.Start(), p.Ready(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// stop ends the control plane and what it stands on in order, the rest at once.
func (s *system) stop() error {
	s.edge.Kill()
	s.control.Kill()
	s.etcd.Kill()
	if s.rpc != nil {
		_ = s.rpc.Close() // it is idle
	}
	return s.database.Stop()
}

// quiet waits until nothing of what was written is still to be done: changes are
// published, the audit is sealed, and clicks are posted.
func (s *system) quiet(ctx context.Context) error {
	for {
		rows, err := psql(ctx, s.url(), `SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM outbox_blocks)
 + (SELECT count(*) FROM click_journal) + (SELECT count(*) FROM (SELECT FROM audit_entries WHERE block = 0 LIMIT 1) AS unsealed);`)
		switch {
		case err != nil:
			return err
		case rows[0][0] == "0":
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
