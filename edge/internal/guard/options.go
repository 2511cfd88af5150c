package guard

import (
	"errors"
	"time"
)

// Options of a Guard.
type Options struct {
	// Header is how long a head may take from its first byte to its last,
	// whatever deadline the server has set for the connection. Default 10 s.
	Header time.Duration
	// Linger is how long, at most, what a refused client goes on sending is read
	// and dropped, so that it can read the answer. Default 1 s.
	Linger time.Duration
	// LingerBytes is how much of it, at most. Default 1 MiB.
	LingerBytes int64
	// Quick, if set, may append the whole answer to a GET of HTTP/1.1 that keeps its
	// connection; nil leaves it to the server. It must not wait. It is asked by
	// Plain only.
	Quick func(p *Plain, now int64, answer []byte) []byte
	// Refused is told the status of each refusal. It must not wait.
	Refused func(status int)
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

func (o *Options) validate() error {
	if o.Header == 0 {
		o.Header = 10 * time.Second
	}
	if o.Linger == 0 {
		o.Linger = time.Second
	}
	if o.LingerBytes == 0 {
		o.LingerBytes = 1 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Refused == nil:
		return errors.New("guard: Refused is missing")
	case o.Header < 0 || o.Linger < 0 || o.LingerBytes < 0:
		return errors.New("guard: Header, Linger and LingerBytes must be positive")
	}
	return nil
}
