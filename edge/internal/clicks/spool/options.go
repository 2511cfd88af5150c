package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"math/bits"
	"os"
	"runtime"
	"time"
)

const (
	// usualBytes and memoryBytes are the bounds on disk and in memory.
	usualBytes  = 1 << 30
	memoryBytes = 128 << 20
	// A segment is large enough to be made seldom, and small enough that what is
	// made ahead is not missed.
	minSegment = 64 << 10
	maxSegment = 4 << 20
	// More rings would help nobody and reserve more segments.
	maxRings = 16
)

// Options of a Spool.
type Options struct {
	// Data is the folder in which it keeps "spool" and the number of the newest
	// epoch; it is made if need be.
	Data string
	// Bytes bounds the segments on disk. Default 1 GiB. Negative: they are kept in
	// memory, 128 MiB at most, and lost with the process.
	Bytes int64
	// Segment is a segment's size in bytes, a multiple of the page size. Default: a
	// share of Bytes, 64 KiB to 4 MiB.
	Segment int
	// Sync is how often records are made to survive a power failure. Default 100 ms.
	Sync time.Duration
	// Cursors are the names of all who read. No record is removed before each of
	// them is done with it.
	Cursors []string
	// Allocate reserves a new file's blocks and sets its size. Default: fallocate.
	Allocate func(f *os.File, size int) error
	// Flush makes a part of a mapping durable. Default: msync.
	Flush func(mapping []byte) error
	// Remove removes a folder. Default: os.RemoveAll.
	Remove func(dir string) error
	// Now is the clock. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger

	rings  int // about one a processor: each is synced by itself; a power of two, so that picking one costs a mask
	memory bool
}

func (o *Options) validate() error {
	o.defaults()
	switch {
	case o.Data == "":
		return errors.New("spool: Data is missing")
	case o.Segment%os.Getpagesize() != 0 || o.Segment < 0:
		return fmt.Errorf("spool: Segment %d must be a multiple of %d", o.Segment, os.Getpagesize())
	case o.Bytes < int64(o.Segment*o.rings):
		return fmt.Errorf("spool: Bytes %d must be at least %d, a segment for each ring", o.Bytes, o.Segment*o.rings)
	case o.Sync < 0:
		return errors.New("spool: Sync must be positive")
	case len(o.Cursors) == 0:
		return errors.New("spool: Cursors are missing")
	case o.Logger == nil:
		return errors.New("spool: Logger is missing")
	}
	return nil
}

func (o *Options) defaults() {
	o.rings = min(1<<bits.Len(uint(runtime.GOMAXPROCS(0)-1)), maxRings)
	if o.Bytes < 0 {
		o.memory, o.Bytes = true, memoryBytes
	}
	if o.Bytes == 0 {
		o.Bytes = usualBytes
	}
	if o.Segment == 0 {
		share := int(o.Bytes / int64(16*o.rings))
		o.Segment = min(max(share, minSegment), maxSegment) / minSegment * minSegment
	}
	if o.Sync == 0 {
		o.Sync = 100 * time.Millisecond
	}
	if o.Allocate == nil {
		o.Allocate = allocate
	}
	if o.Flush == nil {
		o.Flush = flush
	}
	if o.Remove == nil {
		o.Remove = os.RemoveAll
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}
