package load

import (
	"errors"
	"time"

	"github.com/fingerpost/fingerpost/bench/pace"
)

// Options say what is sent where.
type Options struct {
	// Addrs are the servers, as host:port. Connections are spread evenly over
	// them. Required.
	Addrs []string
	// Connections is how many connections are kept open, each with one request
	// under way. At least one for each address.
	Connections int
	// Requests is how many requests are sent in all. Required.
	Requests uint64
	// Pacer says when each is sent. Nil means a closed loop.
	Pacer pace.Pacer
	// Timeout bounds the wait for an answer. Zero means 5 s.
	Timeout time.Duration
	// Patience is how long a server may refuse connections before the load
	// fails. Zero means 10 s.
	Patience time.Duration
	// Source makes the requests and judges the answers. Required.
	Source Source
}

// Source is called by many workers at once, each time for another request.
type Source interface {
	// Request appends the bytes of request n to buf and returns it.
	Request(n uint64, buf []byte) []byte
	// Answered is called once for each request that was sent. err is nil if a
	// is a complete answer; ErrMalformed if one arrived but cannot be
	// understood; anything else if none arrived, in which case the server may
	// or may not have acted. a must not be kept.
	Answered(n uint64, a *Answer, err error)
}

func (o *Options) validate() error {
	switch {
	case len(o.Addrs) == 0:
		return errors.New("load: Addrs is empty")
	case o.Connections < len(o.Addrs):
		return errors.New("load: Connections is less than one for each address")
	case o.Requests == 0:
		return errors.New("load: Requests is zero")
	case o.Timeout < 0:
		return errors.New("load: Timeout is negative")
	case o.Patience < 0:
		return errors.New("load: Patience is negative")
	case o.Source == nil:
		return errors.New("load: Source is missing")
	}
	if o.Pacer == nil {
		o.Pacer = pace.Closed()
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	return nil
}
