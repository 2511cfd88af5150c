package verify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fingerpost/fingerpost/bench/workload"
)

// Verifier runs once.
type Verifier struct {
	options Options
	api     *api
	addrs   []string // of the edges
	sampler *workload.Sampler

	links []entry   // the ledger, by index of Targets
	last  time.Time // when the last redirect was asked for
}

// New checks the options. It connects to nothing.
func New(o Options) (*Verifier, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	v := &Verifier{options: o, api: newAPI(o.Control, o.Key, o.Connections), links: make([]entry, len(o.Targets))}
	for _, edge := range o.Edges {
		addr, err := address(edge)
		if err != nil {
			return nil, err
		}
		v.addrs = append(v.addrs, addr)
	}
	var err error
	v.sampler, err = workload.NewSampler(o.Popularity, len(o.Targets), o.Seed)
	return v, err
}

// Reach says whether the control plane and all edges are there and the key is
// taken, so that a run need not fail half way for a typing error.
func (v *Verifier) Reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var list any
	err := v.api.call(ctx, "GET", "/api/v1/urls?limit=1", nil, http.StatusOK, &list)
	var r *refusal
	switch {
	case errors.As(err, &r) && (r.status == 401 || r.status == 403):
		return fmt.Errorf("control %s refuses the key (%d); give another with --key", v.options.Control, r.status)
	case err != nil:
		return fmt.Errorf("control %s cannot be used: %w", v.options.Control, err)
	}
	for i, addr := range v.addrs {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return fmt.Errorf("edge %s cannot be reached: %w", v.options.Edges[i], err)
		}
		conn.Close()
	}
	return nil
}

// Run goes through all stages. An error says that a stage could not be finished;
// the result is then of what was done until there. What was finished but did
// not hold is in the result only.
func (v *Verifier) Run(ctx context.Context) (*Result, error) {
	defer v.api.close()
	started := time.Now()
	r := &Result{
		Started: started.UTC(), Control: v.options.Control, Edges: v.options.Edges, Links: len(v.links),
		Requests: v.options.Requests, Connections: v.options.Connections, AllowUnanswered: v.options.AllowUnanswered,
	}
	err := v.stages(ctx, r)
	r.Seconds = time.Since(started).Seconds()
	r.Held = err == nil && r.held()
	return r, err
}

func (v *Verifier) stages(ctx context.Context, r *Result) (err error) {
	v.options.Logger.Info("creating links", "links", len(v.links))
	if r.Create, err = v.create(ctx); err != nil {
		return fmt.Errorf("creating links: %w", err)
	}
	if v.options.Requests > 0 {
		v.options.Logger.Info("asking for redirects", "requests", v.options.Requests, "edges", len(v.addrs))
		if r.Replay, err = v.replay(ctx); err != nil {
			return fmt.Errorf("asking for redirects: %w", err)
		}
	}
	if v.options.Changes > 0 {
		v.options.Logger.Info("changing links", "changes", v.options.Changes)
		if r.Propagation, err = v.propagate(ctx); err != nil {
			return fmt.Errorf("changing links: %w", err)
		}
	}
	v.options.Logger.Info("comparing counts")
	if r.Counts, err = v.count(ctx); err != nil {
		return fmt.Errorf("comparing counts: %w", err)
	}
	return nil
}

// each calls do for the numbers from 0 to n-1 from as many workers as there are
// connections, until one fails.
func (v *Verifier) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	workers := min(v.options.Connections, n)
	for w := range workers {
		group.Go(func() error {
			for i := w; i < n; i += workers {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := do(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}
