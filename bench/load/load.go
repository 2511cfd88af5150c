package load

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fingerpost/fingerpost/bench/hist"
)

// Result is what a load measured.
type Result struct {
	// Latency of all answers: from the intended moment in an open loop, from the
	// sending in a closed one.
	Latency *hist.Histogram
	// Elapsed is from the first request to the last answer.
	Elapsed time.Duration
	// Sent is how many requests went out; Unanswered, how many of them got no
	// answer; Malformed, how many got one that makes no sense.
	Sent, Unanswered, Malformed uint64
	// Reconnects is how many connections were made beyond the first of each
	// worker.
	Reconnects uint64
}

// PerSecond is the rate of answers.
func (r *Result) PerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Sent-r.Unanswered) / r.Elapsed.Seconds()
}

func (r *Result) add(o *Result) {
	r.Latency.Merge(o.Latency)
	r.Sent += o.Sent
	r.Unanswered += o.Unanswered
	r.Malformed += o.Malformed
	r.Reconnects += o.Reconnects
}

// Run sends all requests and returns what it measured. It ends early, with an
// error, when ctx does or when a server refuses connections for longer than
// Patience; a worker notices the end of ctx after the answer that it waits for.
func Run(ctx context.Context, o Options) (*Result, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	var next atomic.Uint64
	start := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	workers := make([]*worker, o.Connections)
	for i := range workers {
		w := &worker{
			options: &o, addr: o.Addrs[i%len(o.Addrs)], next: &next, start: start,
			result: Result{Latency: hist.New()},
		}
		workers[i] = w
		group.Go(func() error { return w.run(ctx) })
	}
	err := group.Wait()
	total := &Result{Latency: hist.New(), Elapsed: time.Since(start)}
	for _, w := range workers {
		total.add(&w.result)
	}
	if err != nil {
		return total, fmt.Errorf("sending load: %w", err)
	}
	return total, nil
}
