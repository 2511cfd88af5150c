package e2e_test

import (
	"context"
	"math"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/bench/load"
	"github.com/fingerpost/fingerpost/bench/pace"
)

// offered is what became of requests that were sent at their own times, whatever
// the edge did. Latencies of a schedule are from when a request was to be sent.
type offered struct {
	*load.Result
	redirects, refusals, others uint64
}

// offer asks for a link over a number of connections until ctx ends.
func offer(ctx context.Context, t *testing.T, addr, code string, connections int, pacer pace.Pacer) offered {
	t.Helper()
	asked := &repeated{request: []byte("GET /" + code + " HTTP/1.1\r\nHost: localhost\r\n\r\n")}
	r, err := load.Run(ctx, load.Options{
		Addrs: []string{addr}, Connections: connections, Requests: math.MaxUint64, Pacer: pacer, Source: asked,
	})
	if err != nil && ctx.Err() == nil {
		t.Error(err)
	}
	return offered{r, asked.redirects.Load(), asked.refusals.Load(), asked.others.Load()}
}

// fixed is a schedule.
func fixed(t *testing.T, perSecond float64) pace.Pacer {
	t.Helper()
	p, err := pace.Fixed(uint64(perSecond))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// perSecond is redirects a second.
func (o offered) perSecond() float64 { return float64(o.redirects) / o.Elapsed.Seconds() }

// repeated is one request, again and again.
type repeated struct {
	request                     []byte
	redirects, refusals, others atomic.Uint64
}

func (r *repeated) Request(_ uint64, buf []byte) []byte { return append(buf, r.request...) }

func (r *repeated) Answered(_ uint64, a *load.Answer, err error) {
	switch {
	case err == nil && a.Status == 302:
		r.redirects.Add(1)
	case err == nil && a.Status == 503:
		r.refusals.Add(1)
	default:
		r.others.Add(1)
	}
}
