package ingest

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/fingerpost/fingerpost/controlplane/internal/visitors"
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
	maxTime   = maxMinute * 60_000
	maxParts  = 10_000 // of a count
	maxValue  = 256    // bytes of a part's value
	// maxDimension leaves room for those of edges newer than this control plane.
	maxDimension = 63
)

// check says why b can never be booked. It does not compare minutes with the
// clock: an edge whose clock is wrong, or that was away for long, counted real
// clicks.
func check(b *wire.Batch) error {
	switch {
	case !plain(b.GetEdge(), maxEdge):
		return fmt.Errorf("edge must be 1 to %d visible ASCII characters", maxEdge)
	case b.GetEpoch() > math.MaxInt64 || b.GetSequence() > math.MaxInt64 || b.GetBoot() > math.MaxInt64:
		return errors.New("epoch, sequence or boot is above 2^63-1")
	case b.GetSequence() == 0 && len(b.GetCounts()) > 0:
		return errors.New("sequence is 0, and there are counts")
	// Edges that know of no boots know of no digests either.
	case b.GetBoot() > 0 && b.GetDigest() == 0 && len(b.GetCounts()) > 0:
		return errors.New("digest is missing")
	case b.GetWatermark() < 0 || b.GetWatermark() > maxTime:
		return fmt.Errorf("watermark %d is out of range", b.GetWatermark())
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
	case c.GetBots() > c.GetCount():
		return fmt.Errorf("%d bots of %d clicks", c.GetBots(), c.GetCount())
	case uint64(len(c.GetVisitors())) > c.GetCount()-c.GetBots():
		return fmt.Errorf("%d visitors of %d clicks", len(c.GetVisitors()), c.GetCount()-c.GetBots())
	case slices.ContainsFunc(c.GetVisitors(), func(register uint32) bool { return !visitors.Valid(register) }):
		return errors.New("a visitor is no register")
	}
	return checkParts(c)
}

// checkParts makes sure that no dimension has more clicks than there were.
func checkParts(c *wire.ClickCount) error {
	if len(c.GetParts()) > maxParts {
		return fmt.Errorf("%d parts; the limit is %d", len(c.GetParts()), maxParts)
	}
	var sums [maxDimension + 1]uint64
	for i, p := range c.GetParts() {
		dimension, limit := p.GetDimension(), c.GetCount()-c.GetBots()
		if dimension == wire.Dimension_DIMENSION_BOT {
			limit = c.GetBots()
		}
		switch {
		case dimension <= 0 || dimension > maxDimension || dimension == wire.Dimension_DIMENSION_EDGE:
			return fmt.Errorf("part %d: dimension %d is out of range", i, dimension)
		case p.GetValue() == "" || len(p.GetValue()) > maxValue:
			return fmt.Errorf("part %d: value must be 1 to %d bytes", i, maxValue)
		case p.GetCount() == 0 || p.GetCount() > limit-sums[dimension]:
			return fmt.Errorf("part %d: count %d is out of range", i, p.GetCount())
		}
		sums[dimension] += p.GetCount()
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
