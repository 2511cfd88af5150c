package events

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

// Source is a cursor in the spool.
type Source interface {
	// Next gives the batch under way again, the same one, or chooses another; ok
	// says whether there is one. take is called for each of its records, valid
	// during the call, until it says that it wants no more.
	Next(take func(*spool.Record) bool) (b spool.Batch, ok bool, err error)
	// Done makes durable that the batch which Next gave is dealt with.
	Done() error
	// Waiting is how many bytes of records this cursor is not done with.
	Waiting() int64
}

// Describer tells what is known of a visitor.
type Describer interface {
	Describe(v visit.Visit) visit.Facts
}

// Options of a Sender.
type Options struct {
	// Edge is this edge's id, a part of its events' ids.
	Edge      string
	Source    Source
	Describer Describer
	// Brokers are where Kafka is found, host:port.
	Brokers []string
	// Topic takes the events. It must be there. Default fingerpost.clicks.
	Topic string
	// TLS secures the connections to Kafka; nil sends in the clear.
	TLS *tls.Config
	// User and Password log in. Empty: nobody logs in.
	User, Password string
	// Mechanism is how: SCRAM-SHA-512, SCRAM-SHA-256, or PLAIN, which shows the
	// password to whoever listens and so needs TLS. Default SCRAM-SHA-512.
	Mechanism string
	// MaxWaiting is how many bytes of the spool may wait for Kafka; what is older is
	// then lost.
	MaxWaiting int64
	// Interval is how often new clicks are looked for. Default 250 ms.
	Interval time.Duration
	// Attempt bounds one attempt to send a batch. Default 5 s.
	Attempt time.Duration
	// Pause is what follows on an attempt that failed. Default 1 s.
	Pause  time.Duration
	Logger *slog.Logger
}

func (o *Options) validate() error {
	o.defaults()
	switch {
	case o.Edge == "":
		return errors.New("events: Edge is missing")
	case o.Source == nil:
		return errors.New("events: Source is missing")
	case o.Describer == nil:
		return errors.New("events: Describer is missing")
	case len(o.Brokers) == 0:
		return errors.New("events: Brokers are missing")
	case (o.User == "") != (o.Password == ""):
		return errors.New("events: User and Password belong together")
	case !slices.Contains([]string{loginPlain, loginSHA256, loginSHA512}, o.Mechanism):
		return fmt.Errorf("events: Mechanism %q must be %s, %s or %s", o.Mechanism, loginSHA512, loginSHA256, loginPlain)
	case o.User != "" && o.Mechanism == loginPlain && o.TLS == nil:
		return errors.New("events: Mechanism PLAIN needs TLS")
	case o.MaxWaiting <= 0:
		return errors.New("events: MaxWaiting must be positive")
	case o.Interval < 0 || o.Attempt < 0 || o.Pause < 0:
		return errors.New("events: Interval, Attempt and Pause must be positive")
	case o.Logger == nil:
		return errors.New("events: Logger is missing")
	}
	for _, addr := range o.Brokers {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return fmt.Errorf("events: Brokers: %q must be host:port: %w", addr, err)
		}
	}
	return nil
}

func (o *Options) defaults() {
	if o.Topic == "" {
		o.Topic = "fingerpost.clicks"
	}
	if o.Mechanism == "" {
		o.Mechanism = loginSHA512
	}
	if o.Interval == 0 {
		o.Interval = 250 * time.Millisecond
	}
	if o.Attempt == 0 {
		o.Attempt = 5 * time.Second
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
}
