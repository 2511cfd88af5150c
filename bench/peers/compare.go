//go:build linux

package peers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

// Run starts all servers, measures, and stops them.
func Run(ctx context.Context, o Options) (r *Result, err error) {
	if err := errors.Join(o.validate(), Missing()); err != nil {
		return nil, err
	}
	if runtime.NumCPU() < 2 {
		return nil, errors.New("peers: server and client need a processor each")
	}
	f, err := newField(o)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	if err := f.start(ctx); err != nil {
		return nil, err
	}
	r = &Result{Links: len(f.links), Few: o.Few, Memory: f.memory, Rounds: make(map[string][]Turn)}
	if err := f.turns(ctx, r); err != nil {
		return nil, err
	}
	r.Ratios = r.ratios()
	if o.Tail > 0 {
		o.Logger.Info("asking at fixed intervals", "each_server_for", o.Tail)
		if r.Tail, err = f.tail(ctx, r.halfOfPeak()); err != nil {
			return nil, err
		}
	}
	if o.Idle > 0 {
		o.Logger.Info("opening idle connections", "connections", o.Idle)
		if r.IdleMemory, err = f.idle(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// field is all that runs.
type field struct {
	options Options
	dir     string
	links   []Link
	plane   *plane
	etcd    *server
	servers []*server // the floor, nginx, HAProxy, the edges
	memory  int64     // of the edge with all links
}

func newField(o Options) (*field, error) {
	dir, err := os.MkdirTemp("", "fingerpost-peers-")
	if err != nil {
		return nil, fmt.Errorf("making a folder: %w", err)
	}
	return &field{options: o, dir: dir, links: o.links()}, nil
}

// startBehind starts what an edge needs.
func (f *field) startBehind() (err error) {
	if f.plane, err = startPlane(f.links); err != nil {
		return err
	}
	f.etcd, err = startEtcd(f.dir, f.options.Etcd)
	return err
}

// start is long because it is the whole field, from top to bottom.
func (f *field) start(ctx context.Context) (err error) {
	if err := f.startBehind(); err != nil {
		return err
	}
	f.options.Logger.Info("starting the servers", "links", len(f.links))
	add := func(s *server, err error) error {
		if err == nil {
			f.servers = append(f.servers, s)
		}
		return err
	}
	addr, err := free()
	if err != nil {
		return err
	}
	if err := add(start("floor", addr, serverCPU, nil, f.options.Bench, "floor", addr)); err != nil {
		return err
	}
	if err := add(startNginx(f.dir, f.links)); err != nil {
		return err
	}
	if err := add(startHAProxy(f.dir, f.links)); err != nil {
		return err
	}
	if err := f.startEdges(ctx); err != nil {
		return err
	}
	f.memory, err = f.server(theEdge).memory()
	return err
}

// startEdges starts the edges, and has each ask for its links.
func (f *field) startEdges(ctx context.Context) error {
	edges := []edge{
		{name: theEdge, program: f.options.Edge, links: f.links},
		{name: inMemory, program: f.options.Edge, links: f.links, flags: []string{"--spool-bytes", "0"}},
	}
	if f.options.Few > 0 {
		edges[1] = edge{name: withFew, program: f.options.Edge, links: f.links[:f.options.Few]}
	}
	if f.options.Against != "" {
		edges = append(edges, edge{name: other, program: f.options.Against, links: f.links})
	}
	for i, e := range edges {
		s, err := e.start(f, fmt.Sprint("edge-", i))
		if err != nil {
			return err
		}
		f.servers = append(f.servers, s)
		if err := warm(ctx, s, e.links, f.options.Logger); err != nil {
			return err
		}
	}
	return nil
}

func (f *field) stop() {
	for _, s := range slices.Backward(f.servers) {
		s.stop()
	}
	if f.etcd != nil {
		f.etcd.stop()
	}
	if f.plane != nil {
		f.plane.server.Stop()
	}
	_ = os.RemoveAll(f.dir) // what is left is in the way of nobody
}

func (f *field) server(name string) *server {
	return f.servers[slices.IndexFunc(f.servers, func(s *server) bool { return s.name == name })]
}

// turns has each server hammered once in each round, after one short turn that
// does not count. Every other round goes backwards: who comes later meets a machine
// that others have worked on.
func (f *field) turns(ctx context.Context, r *Result) error {
	all, err := writeScript(f.dir, "all", f.links, usual)
	if err != nil {
		return err
	}
	few, err := writeScript(f.dir, "few", f.links[:max(f.options.Few, 1)], usual)
	if err != nil {
		return err
	}
	order := slices.Clone(f.servers)
	for round := range f.options.Rounds + 1 {
		f.options.Logger.Info("taking turns", "round", round, "of", f.options.Rounds)
		slices.Reverse(order)
		for _, s := range order {
			turn, script := f.options.Turn, all
			if s.name == withFew {
				script = few
			}
			if round == 0 {
				turn = time.Second
			}
			b, err := hammer(s, script, f.options.Connections, turn)
			if err := errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			if round > 0 {
				r.Rounds[s.name] = append(r.Rounds[s.name], Turn{Processor: b.perRequest, Rate: b.rate})
			}
		}
	}
	return nil
}
