package verify

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// CountResult is how the statistics compare with the ledger.
type CountResult struct {
	// Checked is how many links were compared: all that were asked for, and a
	// sample of the others.
	Checked int `json:"checked"`
	// Expected is how many redirects were received for them; up to Open more
	// requests, whose answers never arrived, may be counted too.
	Expected uint64 `json:"expected"`
	Open     uint64 `json:"open"`
	// Counted is what the statistics say in total.
	Counted uint64 `json:"counted"`
	// SettledSeconds is how long after the last request all links were first
	// seen to have their counts; negative if that did not happen in time.
	SettledSeconds float64 `json:"settled_seconds"`
	Under          Faults  `json:"under"`
	Over           Faults  `json:"over"`
}

// idleSample is how many links that nobody asked for are compared, too.
const idleSample = 100

// count waits for the statistics to hold what the ledger holds, then reads all
// of them again: a click that is counted twice shows only after the first time.
func (v *Verifier) count(ctx context.Context) (*CountResult, error) {
	checked := v.checked()
	r := &CountResult{Checked: len(checked), SettledSeconds: -1}
	totals := make([]uint64, len(v.links))
	if v.last.IsZero() {
		v.last = time.Now()
	}
	deadline := v.last.Add(v.options.Settle)
	for pending := checked; ; {
		if err := v.read(ctx, pending, totals); err != nil {
			return r, err
		}
		pending = v.short(pending, totals)
		if len(pending) == 0 {
			r.SettledSeconds = time.Since(v.last).Seconds()
			break
		}
		if time.Now().After(deadline) {
			break
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return r, err
		}
	}
	if err := v.read(ctx, checked, totals); err != nil {
		return r, err
	}
	v.compare(r, checked, totals)
	return r, nil
}

// checked lists the links that were asked for, and some of the others.
func (v *Verifier) checked() []int {
	var asked, idle []int
	for i := range v.links {
		if e := &v.links[i]; e.clicks.Load()+e.open.Load() > 0 {
			asked = append(asked, i)
		} else {
			idle = append(idle, i)
		}
	}
	sample := min(idleSample, len(idle))
	for k := range sample {
		asked = append(asked, idle[k*len(idle)/sample])
	}
	return asked
}

// short lists which of the links have fewer clicks than they must.
func (v *Verifier) short(of []int, totals []uint64) []int {
	var short []int
	for _, i := range of {
		if totals[i] < v.links[i].clicks.Load() {
			short = append(short, i)
		}
	}
	return short
}

// read fetches the totals of the given links.
func (v *Verifier) read(ctx context.Context, which []int, totals []uint64) error {
	var refused atomic.Uint64
	return v.each(ctx, len(which), func(ctx context.Context, n int) error {
		e := &v.links[which[n]]
		err := patiently(ctx, &refused, func() (err error) {
			totals[which[n]], err = v.api.total(ctx, e)
			return err
		})
		if err != nil {
			return fmt.Errorf("reading statistics of %s: %w", e.code, err)
		}
		return nil
	})
}

func (v *Verifier) compare(r *CountResult, checked []int, totals []uint64) {
	for _, i := range checked {
		e, total := &v.links[i], totals[i]
		clicks, open := e.clicks.Load(), e.open.Load()
		r.Expected += clicks
		r.Open += open
		r.Counted += total
		switch {
		case total < clicks:
			r.Under.add(fmt.Sprintf("%s: counted %d, redirected %d times", e.code, total, clicks))
		case total > clicks+open:
			r.Over.add(fmt.Sprintf("%s: counted %d, redirected %d times, %d without answer", e.code, total, clicks, open))
		}
	}
}
