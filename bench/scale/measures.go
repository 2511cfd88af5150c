//go:build linux

package scale

import (
	"context"
	"time"

	"github.com/fingerpost/fingerpost/bench/hist"
)

// measure is something to measure.
type measure struct {
	name   string
	most   float64 // how many times few's it may be; 0: it is not judged so
	within time.Duration
	atEdge bool
	run    func(s *system) func(context.Context) (all *hist.Histogram, n int, err error)
}

// What is promised.
const (
	mostCreate   = 1.20
	mostRedirect = 1.10
	pageWithin   = 50 * time.Millisecond
)

func measures() []measure {
	type run = func(context.Context) (*hist.Histogram, int, error)
	all := []measure{
		{name: "redirects that the edge holds", most: mostRedirect, atEdge: true, run: func(s *system) run { return s.hits }},
		{name: "redirects, 1 of 100 a miss", most: mostRedirect, atEdge: true, run: func(s *system) run { return s.misses }},
		{name: "misses, over gRPC", run: func(s *system) run { return s.lookups }},
		{name: "creates, one by one", most: mostCreate, run: func(s *system) run { return s.singles }},
		{name: "creates, a thousand at once", most: mostCreate, run: func(s *system) run { return s.bulks }},
		{name: "first 1,000 of an export", within: pageWithin, run: func(s *system) run { return s.exports }},
		{name: "a page far down", within: pageWithin, run: func(s *system) run { return s.list(s.deep) }},
	}
	for _, l := range listings() {
		all = append(all, measure{name: l.name, within: pageWithin, run: func(s *system) run { return s.list(l.query) }})
	}
	return all
}
