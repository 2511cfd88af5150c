package stats

import (
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Bots says whether the clicks of programs count.
type Bots int

// The values of Bots.
const (
	Include Bots = iota
	Exclude
	Only
)

// of gives the clicks of t that count.
func (b Bots) of(t Total) uint64 {
	switch b {
	case Exclude:
		return t.Count - t.Bots
	case Only:
		return t.Bots
	}
	return t.Count
}

// Question is what is asked about a scope.
type Question struct {
	Scope
	// Kept is how long the scope's slots are kept.
	Kept domains.Kept
	// From and To are rounded to whole buckets, outwards. A zero From is Since, or
	// the oldest bucket that is kept.
	From, To, Since time.Time
	// Bucket is the length of an item, in Zone's time.
	Bucket Grain
	Zone   *time.Location
	// By divides the clicks by a dimension, and gives the Top values; 0 does not.
	By  wire.Dimension
	Top int
	// Previous asks for the same number of buckets before From, too.
	Previous bool
	Bots     Bots
	// Visitors asks for estimates of visitors, which need all details of all days.
	Visitors bool
}

// Answer answers a Question.
type Answer struct {
	Period
	Previous *Period // nil if it was not asked for
	Groups   *Groups // likewise
	Final    Final
}

// Period is the clicks from From until To, Unix minutes.
type Period struct {
	From, To int64
	Count    uint64 // the sum of the items'
	Bots     uint64
	Items    []Item // those with clicks that count, in order
	Visitors *Visitors
}

// Item is the clicks of one bucket.
type Item struct {
	Start    int64 // Unix minutes
	Count    uint64
	Bots     uint64
	Visitors *uint64 // nil unless the bucket is a day of UTC and visitors were asked for
}

// Visitors is an estimate of who came from From until To, whole days of UTC in
// Unix minutes that hold the time that was asked about.
type Visitors struct {
	From, To int64
	Count    uint64
}

// Groups is how clicks divide by a dimension, from From until To, whole hours
// in Unix minutes that hold the time that was asked about.
type Groups struct {
	From, To int64
	Items    []Group // the largest first
	Other    uint64  // values that are not among Items
	Unknown  uint64  // clicks that have no value
}

// Group is the clicks with one value.
type Group struct {
	Value string
	Count uint64
}
