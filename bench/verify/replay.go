package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/bench/hist"
	"github.com/fingerpost/fingerpost/bench/load"
)

// ReplayResult is how the redirects went.
type ReplayResult struct {
	Sent      uint64       `json:"sent"`
	PerSecond float64      `json:"per_second"`
	Latency   hist.Summary `json:"latency"`
	// Wrong are answers other than a 302 to exactly the link's target.
	Wrong Faults `json:"wrong"`
	// Unanswered are requests whose answer never arrived, or was 503 with Retry-After.
	Unanswered Faults `json:"unanswered"`
	Reconnects uint64 `json:"reconnects"`
}

// replaying is the load's source: it draws links and checks their answers.
type replaying struct {
	v      *Verifier
	result *ReplayResult
}

func (v *Verifier) replay(ctx context.Context) (*ReplayResult, error) {
	r := &ReplayResult{}
	measured, err := load.Run(ctx, load.Options{
		Addrs: v.addrs, Connections: v.options.Connections, Requests: v.options.Requests,
		Source: &replaying{v, r},
	})
	v.last = time.Now()
	if measured != nil {
		r.Sent, r.PerSecond, r.Latency = measured.Sent, measured.PerSecond(), measured.Latency.Summary()
		r.Reconnects = measured.Reconnects
	}
	return r, err
}

// Request asks for the link that the popularity curve gives request n.
// Hot path: 0 allocs.
func (s *replaying) Request(n uint64, buf []byte) []byte {
	return s.v.links[s.v.sampler.Draw(n)].request(buf)
}

// Answered checks an answer. Hot path, while all is well: 0 allocs.
func (s *replaying) Answered(n uint64, a *load.Answer, err error) {
	e := &s.v.links[s.v.sampler.Draw(n)]
	e.book(a, err)
	switch {
	case errors.Is(err, load.ErrMalformed):
		s.result.Wrong.add(fmt.Sprintf("%s: %v", e.code, err))
	case err != nil:
		s.result.Unanswered.add(fmt.Sprintf("%s: %v", e.code, err))
	case later(a):
		s.result.Unanswered.add(e.wrong(a, e.target))
	default:
		if wrong := e.wrong(a, e.target); wrong != "" {
			s.result.Wrong.add(wrong)
		}
	}
}
