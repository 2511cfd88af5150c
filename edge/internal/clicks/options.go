package clicks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/visit"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// ErrRefused: the batch will never be booked. Its number was booked with other
// clicks, or what it says cannot be.
var ErrRefused = errors.New("this batch of clicks will never be booked")

// Plane is what a control plane does for clicks.
type Plane interface {
	// Ship books b durably, at most once for each (edge, epoch, sequence). After
	// an error it may be booked or not, and the same batch is shipped again, unless
	// the error is ErrRefused: then it was not and never will be. b's counts are
	// encoded already, as fields that the message does not know: who does not send
	// it on has to encode and decode it to see them.
	Ship(ctx context.Context, b *wire.Batch) error
	// Salt gives the key of a day's sketches, a day being Unix seconds / 86,400.
	// Safe to retry.
	Salt(ctx context.Context, day int64) ([16]byte, error)
}

// Describer tells what is known of a visitor.
type Describer interface {
	// Describe keeps nothing of v.
	Describe(v visit.Visit) visit.Facts
}

// Options of a Recorder.
type Options struct {
	// Edge is this edge's id: 1 to 64 letters, digits, dots, - and _. No two
	// edges may share it.
	Edge string
	// Data is the folder of the spool; it is made if need be.
	Data string
	// Bytes bounds the spool. Default 1 GiB. Negative: it is kept in memory, 128 MiB
	// at most, and lost with the process.
	Bytes int64
	// Sync is how often clicks are made to survive a power failure. Default 100 ms.
	Sync time.Duration
	// Readers are the names of others who read the spool: what they have not read
	// is kept. Default none.
	Readers []string
	Plane   Plane
	Visits  Describer
	// Interval is how often clicks are added up and shipped. Default 500 ms: a click
	// must be seen within two seconds, and links that come again until then share a row.
	Interval time.Duration
	// Attempt bounds one attempt to ship a batch. Default 12 s, more than the 10 s
	// that a control plane takes at most: one that is repeated sooner loads it more.
	Attempt time.Duration
	// Rows bounds the counts in one batch. Default 10,000.
	Rows int
	// Now is the clock. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

// edgeID is what an edge may be called.
var edgeID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func (o *Options) validate() error {
	o.defaults()
	switch {
	case !edgeID.MatchString(o.Edge):
		return fmt.Errorf("clicks: Edge %q must be 1 to 64 letters, digits, dots, - and _", o.Edge)
	case o.Data == "":
		return errors.New("clicks: Data is missing")
	case o.Plane == nil:
		return errors.New("clicks: Plane is missing")
	case o.Visits == nil:
		return errors.New("clicks: Visits is missing")
	case o.Logger == nil:
		return errors.New("clicks: Logger is missing")
	case o.Interval < 0 || o.Attempt < 0 || o.Rows < 0 || o.Sync < 0:
		return errors.New("clicks: Interval, Attempt, Rows and Sync must be positive")
	}
	return nil
}

func (o *Options) defaults() {
	if o.Interval == 0 {
		o.Interval = 500 * time.Millisecond
	}
	if o.Attempt == 0 {
		o.Attempt = 12 * time.Second
	}
	if o.Rows == 0 {
		o.Rows = 10_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}
