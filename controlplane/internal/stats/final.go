package stats

import (
	"context"
	"fmt"
)

// Final says up to when nothing is missing from an answer.
type Final struct {
	// Until is in Unix milliseconds: every click before it is booked. 0 if no edge
	// has said anything, or one has not said it yet.
	Until int64
	// HeldBy is the edge that is the furthest behind; "" if there is none. One that
	// was killed and is gone for good holds it until it is forgotten; one that ended
	// does not.
	HeldBy string
}

func (s *Stats) final(ctx context.Context) (Final, error) {
	edges, err := s.Store.Edges(ctx)
	if err != nil {
		return Final{}, fmt.Errorf("reading edges: %w", err)
	}
	var f, ended Final
	for _, e := range edges {
		switch {
		case e.Ended:
			ended.Until = max(ended.Until, e.Watermark)
		case f.HeldBy == "" || e.Watermark < f.Until:
			f = Final{e.Watermark, e.ID}
		}
	}
	if f.HeldBy == "" {
		return ended, nil // there is no other
	}
	return f, nil
}

// catchUp sees to it that what is final is also in the hours and days of an answer
// that needs them. What is missing there is not final.
func (s *Stats) catchUp(ctx context.Context, q *Question, marks []int64, f *Final) error {
	if grain(marks) == Minute && q.By == 0 && !q.Visitors {
		return nil
	}
	missing, err := s.Store.CatchUp(ctx, q.Scope)
	if err != nil {
		return fmt.Errorf("catching up: %w", err)
	}
	if until := missing * 60_000; missing > 0 && until < f.Until {
		*f = Final{Until: until}
	}
	return nil
}
