package verify

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/fingerpost/fingerpost/bench/hist"
)

// CreateResult is how the creation of the links went.
type CreateResult struct {
	Created   uint64       `json:"created"`
	PerSecond float64      `json:"per_second"`
	Latency   hist.Summary `json:"latency"`
	// Refused is how often the API said "later" (429 or 503 with Retry-After);
	// those creates were repeated.
	Refused uint64 `json:"refused"`
	// Failed are links that could not be created or were created otherwise than
	// asked for.
	Failed Faults `json:"failed"`
	// SharedCodes are codes that were given to more than one link.
	SharedCodes Faults `json:"shared_codes"`
}

// create makes all links. It fails if any is missing, for what follows would
// then measure something else.
func (v *Verifier) create(ctx context.Context) (*CreateResult, error) {
	r := &CreateResult{}
	var created, refused atomic.Uint64
	latencies := make([]*hist.Histogram, min(v.options.Connections, len(v.links)))
	for i := range latencies {
		latencies[i] = hist.New()
	}
	start := time.Now()
	err := v.each(ctx, len(v.links), func(ctx context.Context, i int) error {
		took, err := v.createOne(ctx, i, &refused)
		if err != nil {
			r.Failed.add(fmt.Sprintf("%s: %v", v.options.Targets[i], err))
			return ctx.Err()
		}
		latencies[i%len(latencies)].Record(took) // each worker has its own
		created.Add(1)
		return nil
	})
	r.Created, r.Refused = created.Load(), refused.Load()
	r.PerSecond = float64(r.Created) / time.Since(start).Seconds()
	for _, l := range latencies[1:] {
		latencies[0].Merge(l)
	}
	r.Latency = latencies[0].Summary()
	if err != nil {
		return r, err
	}
	v.findShared(r)
	if r.Failed.Count > 0 {
		return r, fmt.Errorf("%d of %d links failed; the first: %s", r.Failed.Count, len(v.links), r.Failed.First[0])
	}
	return r, nil
}

// createOne makes link i. The time is that of the call that succeeded.
func (v *Verifier) createOne(ctx context.Context, i int, refused *atomic.Uint64) (took time.Duration, err error) {
	target := v.options.Targets[i]
	err = patiently(ctx, refused, func() error {
		sent := time.Now()
		l, err := v.api.create(ctx, target)
		took = time.Since(sent)
		switch {
		case err != nil:
			return err
		case l.LongURL != target:
			return fmt.Errorf("answered long_url %q", l.LongURL)
		case l.Code == "" || l.Domain == "":
			return errors.New("the answer has no code or no domain")
		}
		e := &v.links[i]
		e.code, e.host, e.target = l.Code, l.Domain, l.LongURL
		return nil
	})
	return took, err
}

// findShared looks for codes with more than one owner.
func (v *Verifier) findShared(r *CreateResult) {
	owner := make(map[string]int, len(v.links))
	for i := range v.links {
		e := &v.links[i]
		if e.code == "" {
			continue
		}
		key := e.host + "/" + e.code
		if first, taken := owner[key]; taken {
			r.SharedCodes.add(fmt.Sprintf("%s belongs to %s and to %s", key, v.options.Targets[first], v.options.Targets[i]))
		}
		owner[key] = i
	}
}
