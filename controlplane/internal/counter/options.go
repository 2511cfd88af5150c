package counter

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Options of a Minter.
type Options struct {
	// Issuer is where ranges come from.
	Issuer Issuer
	// Writer and Region are named in every lease. Writer must differ from that of
	// every other process, for people's sake: nothing breaks if it does not.
	Writer, Region string
	// Logger is told when leasing fails and when it works again; nil for silence.
	Logger *slog.Logger
	// Now is the clock that a range's use is measured by; nil means time.Now.
	Now func() time.Time
	// Registerer takes the metrics; nil means that nobody sees them.
	Registerer prometheus.Registerer
}

func (o *Options) complete() {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

func newLeased(r prometheus.Registerer) prometheus.Counter {
	return promauto.With(r).NewCounter(prometheus.CounterOpts{
		Name: "fingerpost_control_ranges_leased_total",
		Help: "Ranges of numbers for codes that this writer has leased.",
	})
}

func newWaits(r prometheus.Registerer) prometheus.Counter {
	return promauto.With(r).NewCounter(prometheus.CounterOpts{
		Name: "fingerpost_control_lease_waits_total",
		Help: "Numbers that had to wait for a lease, because no range was held.",
	})
}
