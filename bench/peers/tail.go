//go:build linux

package peers

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/fingerpost/fingerpost/bench/hist"
	"github.com/fingerpost/fingerpost/bench/load"
	"github.com/fingerpost/fingerpost/bench/pace"
	"github.com/fingerpost/fingerpost/bench/workload"
)

// pieces is in how many parts a tail is measured, so that the machine's drift
// hits both servers alike.
const pieces = 4

// tail measures latencies at rate, from when each request was to be sent.
func (f *field) tail(ctx context.Context, rate uint64) (map[string]hist.Summary, error) {
	counts, err := workload.Popularity("")
	if err != nil {
		return nil, err
	}
	sampler, err := workload.NewSampler(counts, len(f.links), 2)
	if err != nil {
		return nil, fmt.Errorf("sampling: %w", err)
	}
	pacer, err := pace.Fixed(rate)
	if err != nil {
		return nil, err
	}
	latencies := map[string]*hist.Histogram{"nginx": hist.New(), theEdge: hist.New()}
	for range pieces {
		for name, h := range latencies {
			r, err := load.Run(ctx, load.Options{
				Addrs: []string{f.server(name).addr}, Connections: f.options.Connections, Pacer: pacer,
				Requests: uint64(float64(rate) * (f.options.Tail / pieces).Seconds()),
				Source:   popular{f.links, sampler},
			})
			if err != nil {
				return nil, fmt.Errorf("measuring the tail of %s: %w", name, err)
			}
			h.Merge(r.Latency)
		}
	}
	return map[string]hist.Summary{"nginx": latencies["nginx"].Summary(), theEdge: latencies[theEdge].Summary()}, nil
}

// popular asks for links as the curve has it.
type popular struct {
	links   []Link
	sampler *workload.Sampler
}

func (p popular) Request(n uint64, buf []byte) []byte {
	return appendRequest(buf, p.links[p.sampler.Draw(n)].Code)
}

func (popular) Answered(uint64, *load.Answer, error) {}

// idle gives the memory that the edge takes for connections that have asked once.
func (f *field) idle() (int64, error) {
	edge := f.server(theEdge)
	before, err := edge.memory()
	if err != nil {
		return 0, err
	}
	request, answer := appendRequest(nil, f.links[0].Code), make([]byte, 4096)
	for range f.options.Idle {
		c, err := net.DialTimeout("tcp", edge.addr, 10*time.Second)
		if err != nil {
			return 0, fmt.Errorf("opening idle connections: %w", err)
		}
		defer c.Close()
		if _, err := c.Write(request); err != nil {
			return 0, fmt.Errorf("asking on an idle connection: %w", err)
		}
		if _, err := c.Read(answer); err != nil {
			return 0, fmt.Errorf("reading from an idle connection: %w", err)
		}
	}
	after, err := edge.memory()
	return after - before, err
}
