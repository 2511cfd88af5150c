package visit

import (
	"errors"
	"log/slog"
	"time"
)

// Options of a Reader.
type Options struct {
	// CountryDB is an mmdb file whose records have a country_code, as those of
	// IPtoASN, or a country with an iso_code, as GeoLite2's. It is read into memory,
	// and again when it changes. Empty: countries are not known.
	CountryDB string
	// Interval is how often the file is looked at. Default 5 s.
	Interval time.Duration
	// Now is the clock. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

func (o *Options) validate() error {
	if o.Interval == 0 {
		o.Interval = 5 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Interval < 0:
		return errors.New("visit: Interval must be positive")
	case o.Logger == nil:
		return errors.New("visit: Logger is missing")
	}
	return nil
}
