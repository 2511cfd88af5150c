package ingest

import (
	"errors"
	"fmt"
	"math"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// The limits of a batch. They keep sums far from overflow and a transaction
// short; an edge stays far below.
const (
	MaxCounts = 10_000
	maxEdge   = 100               // bytes of an edge's name
	maxCount  = 1_000_000_000_000 // clicks of a link in a minute
	maxMinute = 1 << 31           // Unix minutes; the year 6053
)

// check says why b can never be booked. It does not compare minutes with the
// clock: an edge whose clock is wrong, or that was away for long, counted real
// clicks.
func check(b *wire.Batch) error {
	switch {
	case !plain(b.GetEdge(), maxEdge):
		return fmt.Errorf("edge must be 1 to %d visible ASCII characters", maxEdge)
	case b.GetEpoch() > math.MaxInt64:
		return errors.New("epoch is above 2^63-1")
	case b.GetSequence() == 0 || b.GetSequence() > math.MaxInt64:
		return errors.New("sequence is 0 or above 2^63-1")
	case len(b.GetCounts()) > MaxCounts:
		return fmt.Errorf("%d counts; the limit is %d", len(b.GetCounts()), MaxCounts)
	}
	for i, c := range b.GetCounts() {
		if err := checkCount(c); err != nil {
			return fmt.Errorf("count %d: %w", i, err)
		}
	}
	return nil
}

func checkCount(c *wire.ClickCount) error {
	if err := link.CheckCode(c.GetCode()); err != nil {
		return fmt.Errorf("code %w", err)
	}
	switch {
	case !plain(c.GetDomain(), link.MaxDomain):
		return fmt.Errorf("domain must be 1 to %d visible ASCII characters", link.MaxDomain)
	case c.GetMinute() <= 0 || c.GetMinute() > maxMinute:
		return fmt.Errorf("minute %d is out of range", c.GetMinute())
	case c.GetCount() == 0 || c.GetCount() > maxCount:
		return fmt.Errorf("count %d is out of range", c.GetCount())
	}
	return nil
}

// plain says whether text is 1 to limit bytes of visible ASCII: what every
// database stores as it is.
func plain(text string, limit int) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f {
			return false
		}
	}
	return text != "" && len(text) <= limit
}
