package conservation

import (
	"context"
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/client"
)

const (
	// settleWithin is how long counts may take to be right after the last spool is
	// empty.
	settleWithin = 30 * time.Second
	// later is when they are read again: a double count may come late.
	later = 1500 * time.Millisecond
)

// settle waits until every spool is empty, and compares.
func (r *run) settle(ctx context.Context) error {
	if err := r.heal(ctx); err != nil {
		return err
	}
	if err := r.until(ctx, "an empty spool", func(g gauges) bool { return g.waiting == 0 }); err != nil {
		return err
	}
	r.listen(ctx)
	for deadline := time.Now().Add(settleWithin); ; {
		if err := r.compare(ctx); err != nil {
			return err
		}
		if r.result.Lost == 0 || time.Now().After(deadline) {
			break
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	if err := sleep(ctx, later); err != nil {
		return err
	}
	return r.compare(ctx)
}

// compare reads all counts.
func (r *run) compare(ctx context.Context) error {
	r.result.forget()
	for i := range r.daily.links {
		e := &r.daily.links[i]
		counted, err := r.counted(ctx, e)
		if err != nil {
			return err
		}
		r.result.judge(e, counted)
	}
	for i := range r.spell.links {
		e := &r.spell.links[i]
		counted, err := r.counted(ctx, e)
		if err != nil {
			return err
		}
		r.result.SpellReceived += e.received.Load()
		r.result.SpellOpen += e.open.Load()
		r.result.SpellCounted += counted
		r.result.Wrong += e.wrong.Load()
	}
	return nil
}

// counted gives what the link says that it was clicked, which must be what its
// minutes and its day add up to.
func (r *run) counted(ctx context.Context, e *entry) (uint64, error) {
	l, err := r.system.api.Read(ctx, "", e.code)
	if err != nil {
		return 0, fmt.Errorf("reading a count: %w", err)
	}
	for _, bucket := range []string{"minute", "day"} {
		s, err := r.system.api.Stats(ctx, "", e.code, client.StatsQuery{Bucket: bucket})
		if err != nil {
			return 0, fmt.Errorf("reading statistics: %w", err)
		}
		if s.Total != l.Clicks.Count {
			r.result.Uneven = append(r.result.Uneven, fmt.Sprintf("%s: %d clicks by %s, %d in all", e.code, s.Total, bucket, l.Clicks.Count))
		}
	}
	return l.Clicks.Count, nil
}
