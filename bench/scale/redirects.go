//go:build linux

package scale

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/fingerpost/fingerpost/bench/hist"
	"github.com/fingerpost/fingerpost/bench/load"
	"github.com/fingerpost/fingerpost/bench/pace"
	"github.com/fingerpost/fingerpost/bench/workload"
)

// missEvery is how many redirects there are to one that the edge has to ask for.
const missEvery = 100

// hits asks for links that the edge holds, by their popularity.
func (s *system) hits(ctx context.Context) (*hist.Histogram, int, error) { return s.redirects(ctx, 0) }

// misses asks for one link in a hundred that it does not hold.
func (s *system) misses(ctx context.Context) (*hist.Histogram, int, error) {
	return s.redirects(ctx, min(s.options.Redirects/missEvery, len(s.other)-s.asked))
}

func (s *system) redirects(ctx context.Context, misses int) (*hist.Histogram, int, error) {
	counts, err := workload.Popularity("")
	if err != nil {
		return nil, 0, err
	}
	sampler, err := workload.NewSampler(counts, len(s.held), uint64(s.asked)+1)
	if err != nil {
		return nil, 0, fmt.Errorf("sampling: %w", err)
	}
	pacer, err := pace.Fixed(uint64(s.options.Rate))
	if err != nil {
		return nil, 0, err
	}
	source := &asking{held: s.held, other: s.other[s.asked : s.asked+misses], sampler: sampler}
	s.asked += misses
	r, err := load.Run(ctx, load.Options{
		Addrs: []string{s.addr}, Connections: 64, Requests: uint64(s.options.Redirects), Pacer: pacer, Source: source, Timeout: patience,
	})
	switch wrong := source.wrong.Load(); {
	case err != nil:
		return nil, 0, err
	case wrong > 0:
		return nil, 0, fmt.Errorf("%d of %d redirects were wrong", wrong, s.options.Redirects)
	}
	return r.Latency, s.options.Redirects, nil
}

// asking is a load of redirects.
type asking struct {
	held, other []mapping
	sampler     *workload.Sampler
	wrong       atomic.Uint64 // but for "come later", which a miss may be told
}

func (a *asking) mapping(n uint64) *mapping {
	if miss := n / missEvery; n%missEvery == 0 && miss < uint64(len(a.other)) {
		return &a.other[miss]
	}
	return &a.held[a.sampler.Draw(n)]
}

func (a *asking) Request(n uint64, buf []byte) []byte { return appendRequest(buf, a.mapping(n).code) }

func (a *asking) Answered(n uint64, answer *load.Answer, err error) {
	if err == nil && answer.Status == 503 && n%missEvery == 0 {
		return
	}
	if err != nil || answer.Status != 302 || string(answer.Location) != a.mapping(n).url {
		a.wrong.Add(1)
	}
}
