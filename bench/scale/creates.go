//go:build linux

package scale

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fingerpost/fingerpost/bench/hist"
	"github.com/fingerpost/fingerpost/bench/workload"
	"github.com/fingerpost/fingerpost/controlplane/client"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// together calls do n times, by as many clients at once, patiently.
func together(ctx context.Context, clients, n int, do func(ctx context.Context, i int) error) (*hist.Histogram, error) {
	var mu sync.Mutex
	all := hist.New()
	group, ctx := errgroup.WithContext(ctx)
	for c := range clients {
		group.Go(func() error {
			mine := hist.New()
			for i := c; i < n; i += clients {
				start := time.Now()
				if err := patiently(ctx, func() error { return do(ctx, i) }); err != nil {
					return err
				}
				mine.Record(time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			all.Merge(mine)
			return nil
		})
	}
	return all, group.Wait()
}

// fresh gives URLs that lead to real pages and that no link has.
func (s *system) fresh() func(i int) string {
	mark := rand.Text()[:8]
	return func(i int) string {
		return workload.Variant(s.options.URLs[i%len(s.options.URLs)], fmt.Sprintf("%s-%d", mark, i))
	}
}

func (s *system) singles(ctx context.Context) (*hist.Histogram, int, error) {
	url := s.fresh()
	h, err := together(ctx, s.options.Clients, s.options.Singles, func(ctx context.Context, i int) error {
		_, err := s.api.Create(ctx, client.NewLink{LongURL: url(i), Title: "autumn offer", Tags: []string{"t7"}})
		return err
	})
	return h, s.options.Singles, err
}

// bulkClients is how many transactions of bulk creates a replica has under way.
const bulkClients = 4

func (s *system) bulks(ctx context.Context) (*hist.Histogram, int, error) {
	url := s.fresh()
	h, err := together(ctx, bulkClients, s.options.Bulks, func(ctx context.Context, round int) error {
		all := make([]client.NewLink, client.MaxBulk)
		for i := range all {
			all[i] = client.NewLink{LongURL: url(round*client.MaxBulk + i), Title: "autumn offer", Tags: []string{"t7"}}
		}
		return s.createAll(ctx, all)
	})
	return h, s.options.Bulks * client.MaxBulk, err
}

// lookups resolves links as an edge does on a miss.
func (s *system) lookups(ctx context.Context) (*hist.Histogram, int, error) {
	h, err := together(ctx, s.options.Clients, s.options.Lookups, func(ctx context.Context, i int) error {
		m := s.other[(len(s.other) - 1 - i%len(s.other))]
		r, err := s.resolver.Resolve(ctx, &wire.ResolveRequest{Domain: domain, Code: m.code})
		if err == nil && r.GetRecord().GetUrl() != m.url {
			err = fmt.Errorf("%s leads to %q, want %q", m.code, r.GetRecord().GetUrl(), m.url)
		}
		return err
	})
	return h, s.options.Lookups, err
}
