package clicks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Shipper delivers batches.
type Shipper interface {
	// Ship books b durably, at most once for each (edge, epoch, sequence). After
	// an error it may be booked or not; the same batch is then shipped again.
	Ship(ctx context.Context, b *wire.Batch) error
}

// Options of a Recorder.
type Options struct {
	// Edge is this edge's id: 1 to 64 letters, digits, dots, - and _. No two
	// edges may share it.
	Edge string
	// Data is the folder that keeps the epoch; it is made if need be.
	Data    string
	Shipper Shipper
	// Interval is how often clicks are added up and shipped. Default 250 ms.
	Interval time.Duration
	// Attempt bounds one attempt to ship a batch. Default 5 s.
	Attempt time.Duration
	// BatchRows bounds the counts in one batch. Default 10,000.
	BatchRows int
	// Rows bounds the counts of a link in a minute that wait for shipping.
	// Default 500,000, at about 200 bytes each.
	Rows int
	// Buffer is how many clicks each of the buffers holds before the handler
	// that fills it has to add them up itself. Default 16,384.
	Buffer int
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
	case o.Shipper == nil:
		return errors.New("clicks: Shipper is missing")
	case o.Logger == nil:
		return errors.New("clicks: Logger is missing")
	case o.Interval < 0 || o.Attempt < 0 || o.BatchRows < 0 || o.Rows < 0 || o.Buffer < 0:
		return errors.New("clicks: Interval, Attempt, BatchRows, Rows and Buffer must be positive")
	}
	return nil
}

func (o *Options) defaults() {
	if o.Interval == 0 {
		o.Interval = 250 * time.Millisecond
	}
	if o.Attempt == 0 {
		o.Attempt = 5 * time.Second
	}
	if o.BatchRows == 0 {
		o.BatchRows = 10_000
	}
	if o.Rows == 0 {
		o.Rows = 500_000
	}
	if o.Buffer == 0 {
		o.Buffer = 16 << 10
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}
