package domains

import (
	"fmt"
	"slices"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Day is a day of UTC.
const Day = 24 * time.Hour

// Kept is how long clicks are kept by minute, hour and day.
type Kept struct {
	Minutes, Hours time.Duration
	Days           time.Duration // 0: for ever
}

// Limits of what a domain may ask for.
const (
	maxMinutesKept = 31 * 24 // hours
	maxHoursKept   = 1000    // days
	maxDaysKept    = 36_500  // days
)

// KeptOf gives what d asks for, or the defaults.
func KeptOf(d *wire.Domain) Kept {
	k := Kept{Minutes: 48 * time.Hour, Hours: 90 * Day, Days: time.Duration(d.GetDaysKept()) * Day}
	if d.GetMinutesKept() != 0 {
		k.Minutes = time.Duration(d.GetMinutesKept()) * time.Hour
	}
	if d.GetHoursKept() != 0 {
		k.Hours = time.Duration(d.GetHoursKept()) * Day
	}
	return k
}

// Shorter gives for how long the clicks of both are kept.
func (k Kept) Shorter(other Kept) Kept {
	shorter := Kept{Minutes: min(k.Minutes, other.Minutes), Hours: min(k.Hours, other.Hours), Days: min(k.Days, other.Days)}
	if shorter.Days == 0 {
		shorter.Days = max(k.Days, other.Days)
	}
	return shorter
}

// applyKept refuses to keep what is fine for longer than what is coarse: a sum
// would then be smaller than its parts.
func (f *Fields) applyKept(d *wire.Domain, bad *links.Invalid) {
	for _, n := range []struct {
		field string
		given *int
		to    *uint32
		most  int
	}{
		{"minutes_kept", f.MinutesKept, &d.MinutesKept, maxMinutesKept},
		{"hours_kept", f.HoursKept, &d.HoursKept, maxHoursKept},
		{"days_kept", f.DaysKept, &d.DaysKept, maxDaysKept},
	} {
		switch {
		case n.given == nil:
		case *n.given < 0 || *n.given > n.most:
			refuse(bad, n.field, links.Bad, fmt.Sprintf("must be 1 to %d", n.most))
		default:
			*n.to = uint32(*n.given)
		}
	}
	switch k := KeptOf(d); {
	case k.Hours < k.Minutes:
		refuse(bad, "hours_kept", links.Conflict, "is a shorter time than minutes_kept")
	case k.Days != 0 && k.Days < k.Hours:
		refuse(bad, "days_kept", links.Conflict, "is a shorter time than hours_kept")
	}
}

// The values of a domain's tracking.
const (
	trackAlways = "always"
	trackNever  = "never"
)

func (f *Fields) applyTracking(d *wire.Domain, bad *links.Invalid) {
	if f.Tracking == nil {
		return
	}
	d.Tracking = *f.Tracking
	if !slices.Contains([]string{"", trackAlways, trackNever}, d.Tracking) {
		refuse(bad, "tracking", links.Bad, "must be respect, always or never")
	}
}
