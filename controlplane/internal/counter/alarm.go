package counter

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// alarmAt is the part of a length's numbers whose lease is an alarm: with the rest
	// of seven digits, a thousand links a second go on for eight days.
	alarmAt    = 0.8
	usageEvery = time.Minute
	usageIn    = 5 * time.Second
)

// Usage tells how much of each length is leased; a Sharded does.
type Usage interface {
	// Usage is safe to retry. Lengths that nobody leased from are left out.
	Usage(ctx context.Context) ([]Use, error)
}

// Alarm tells in time that a length comes to its end. Nothing breaks there: the
// codes that follow are a digit longer.
type Alarm struct {
	usage  Usage
	logger *slog.Logger
	used   *prometheus.GaugeVec
	rang   map[int]bool // by length; Run's
}

// NewAlarm makes an Alarm. All arguments are required.
func NewAlarm(usage Usage, logger *slog.Logger, r prometheus.Registerer) (*Alarm, error) {
	switch {
	case usage == nil:
		return nil, errors.New("counter: usage is missing")
	case logger == nil:
		return nil, errors.New("counter: logger is missing")
	case r == nil:
		return nil, errors.New("counter: registerer is missing")
	}
	a := &Alarm{usage: usage, logger: logger, rang: make(map[int]bool), used: prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "fingerpost_control_codes_leased_ratio",
		Help: "Part of a code length's numbers that is leased, by all writers. From 0.8 on, think of longer codes.",
	}, []string{"length"})}
	return a, r.Register(a.used)
}

// Run looks once a minute until ctx ends.
func (a *Alarm) Run(ctx context.Context) {
	ticker := time.NewTicker(usageEvery)
	defer ticker.Stop()
	for {
		a.Look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Look reads the usage once. A database that does not answer is others' to tell.
func (a *Alarm) Look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, usageIn)
	defer cancel()
	uses, err := a.usage.Usage(ctx)
	if err != nil {
		return
	}
	for _, u := range uses {
		a.used.WithLabelValues(strconv.Itoa(u.Length)).Set(u.Ratio())
		if u.Ratio() >= alarmAt && !a.rang[u.Length] {
			a.rang[u.Length] = true
			a.logger.Warn("codes of a length come to an end; the next are a digit longer", "length", u.Length, "leased", u.Leased, "of", u.Size)
		}
	}
}
