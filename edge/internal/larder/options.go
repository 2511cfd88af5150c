package larder

import (
	"errors"
	"log/slog"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Options of a Larder. Dir and Logger are required.
type Options struct {
	// Dir is the larder's own folder. It is made if it is missing.
	Dir string
	// Bytes bounds the file of links. Default 256 MiB, which is room for 1.2
	// million links of a usual length. A larder of another size starts empty.
	Bytes int64
	// Hot says whether memory holds a key: such records are given up last. Called
	// from the larder's goroutine. Default: none is hot.
	Hot func(link.Key) bool
	// SyncEvery is how often pages are synced and the feed's confirmation is noted.
	// Default 5 s.
	SyncEvery time.Duration
	// Pending bounds the operations that wait for the disk. Default 16,384, at
	// about 300 bytes each.
	Pending int
	// Patience is how long Change waits for its page to be written. Default 5 ms.
	Patience time.Duration
	// Now is the clock. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

func (o *Options) validate() error {
	o.defaults()
	switch {
	case o.Dir == "":
		return errors.New("larder: Dir is missing")
	case o.Bytes < 1<<20 || o.Bytes > 1<<40:
		return errors.New("larder: Bytes must be at least 1 MiB and at most 1 TiB")
	case o.SyncEvery < 0:
		return errors.New("larder: SyncEvery must be positive")
	case o.Pending < 0:
		return errors.New("larder: Pending must be positive")
	case o.Patience < 0:
		return errors.New("larder: Patience must be positive")
	case o.Logger == nil:
		return errors.New("larder: Logger is missing")
	}
	return nil
}

func (o *Options) defaults() {
	if o.Bytes == 0 {
		o.Bytes = 256 << 20
	}
	if o.Hot == nil {
		o.Hot = func(link.Key) bool { return false }
	}
	if o.SyncEvery == 0 {
		o.SyncEvery = 5 * time.Second
	}
	if o.Pending == 0 {
		o.Pending = 16 << 10
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Millisecond
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}
