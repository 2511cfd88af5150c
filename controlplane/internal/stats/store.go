package stats

import (
	"context"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Total is how many clicks there were.
type Total struct {
	Count uint64 // all of them
	Bots  uint64 // those of Count that programs made
}

// Scope is whose clicks a question is about: one link's, or those of all links
// that are in the workspace and domain and have the tag; what is empty is not
// asked for.
type Scope struct {
	Key                    link.Key // zero: not one link
	Workspace, Domain, Tag string
}

// Grain is the length of a slot. Hours and days are UTC's.
type Grain int

// The lengths at which clicks are kept.
const (
	Minute Grain = iota
	Hour
	Day
)

// Slot is the clicks of one minute, hour or day.
type Slot struct {
	Start int64 // Unix minutes
	Total
}

// Detail is what is known of a link's clicks in one hour or day.
type Detail struct {
	Start int64 // Unix minutes
	Parts *wire.Parts
}

// Edge is what an edge has last said of the clicks that it counts.
type Edge struct {
	ID         string
	Boot       uint64 // epoch of its newest process
	Watermark  int64  // Unix milliseconds; every click that it answered before is booked
	SeenAt     int64  // Unix milliseconds
	ConflictAt int64  // Unix milliseconds at which two processes shipped under this ID; 0: never
	Ended      bool   // its newest process stopped, and all it had is booked
}

// Store answers from what ingest has booked. All of it is safe to retry.
//
// Parts describe people, except for DIMENSION_BOT. A part with an empty value is
// the rest of its dimension: clicks whose values were too many to be kept.
type Store interface {
	// CatchUp brings what was booked before the call into the hours and days of a
	// scope; those of one link always have it. It may end early with those of many;
	// missing is then the first Unix minute of which some may be missing, and 0
	// otherwise.
	CatchUp(ctx context.Context, scope Scope) (missing int64, err error)
	// CountClicks gives the clicks of each link since it exists. Links without
	// clicks are missing from the answer.
	CountClicks(ctx context.Context, keys []link.Key) (map[link.Key]Total, error)
	// CountSince is CountClicks of the minutes from the Unix minute on.
	CountSince(ctx context.Context, keys []link.Key, minute int64) (map[link.Key]Total, error)
	// Series gives the slots that start in [from, to), Unix minutes, each once and
	// in order; those without clicks are missing.
	Series(ctx context.Context, scope Scope, grain Grain, from, to int64) ([]Slot, error)
	// Details gives each what is known of the slots of Series, one link's after the
	// other's within a slot, the slots in order. Minutes have none. An error of each
	// ends it.
	Details(ctx context.Context, scope Scope, grain Grain, from, to int64, each func(Detail) error) error
	// Edges gives all edges that ever shipped and were not forgotten, by ID. Those that
	// ended are forgotten after a week.
	Edges(ctx context.Context) ([]Edge, error)
	// ForgetEdge forgets a retired edge, and writes its audit entry with it. If it
	// ships again, it is known again. found is false for one that is not known.
	ForgetEdge(ctx context.Context, id string) (found bool, err error)
}
