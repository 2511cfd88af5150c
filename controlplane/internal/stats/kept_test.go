package stats_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
)

// TestRefused: where an exact answer cannot be had, the refusal names what to
// change.
func TestRefused(t *testing.T) {
	const now = "2026-06-15T12:30"
	for name, c := range map[string]struct {
		zone, from, to string
		bucket         stats.Grain
		previous       bool
		field          string
	}{
		"minutes of now":                     {"UTC", "2026-06-15T11:00", now, stats.Minute, false, ""},
		"minutes as far as they are kept":    {"UTC", "2026-06-13T12:30", "2026-06-13T13:00", stats.Minute, false, ""},
		"minutes beyond":                     {"UTC", "2026-06-13T12:29", "2026-06-13T13:00", stats.Minute, false, "bucket"},
		"hours as far as they are kept":      {"UTC", "2026-03-17T13:00", "2026-03-18T00:00", stats.Hour, false, ""},
		"hours beyond":                       {"UTC", "2026-03-17T12:00", "2026-03-18T00:00", stats.Hour, false, "bucket"},
		"UTC's days are for ever":            {"UTC", "2020-01-01T00:00", now, stats.Day, false, ""},
		"days made of hours":                 {"Europe/Berlin", "2026-03-18T00:00", now, stats.Day, false, ""},
		"days made of hours, beyond":         {"Europe/Berlin", "2026-03-01T00:00", now, stats.Day, false, "tz"},
		"days that are UTC's, far back":      {"Europe/London", "2025-12-01T00:00", "2026-01-01T00:00", stats.Day, false, ""},
		"days made of minutes":               {"Asia/Kolkata", "2026-06-14T00:00", now, stats.Day, false, ""},
		"days made of minutes, beyond":       {"Asia/Kolkata", "2026-06-01T00:00", now, stats.Day, false, "tz"},
		"the period before, too":             {"UTC", "2026-06-15T00:00", now, stats.Minute, true, ""},
		"the period before is beyond":        {"UTC", "2026-06-14T00:00", now, stats.Minute, true, "compare"},
		"from after to":                      {"UTC", now, "2026-06-15T11:00", stats.Day, false, "to"},
		"before there were clocks":           {"UTC", "1969-12-31T23:00", now, stats.Day, false, "from"},
		"too many":                           {"UTC", "1990-01-01T00:00", now, stats.Day, false, "bucket"},
		"open: the oldest minutes there are": {"UTC", "", now, stats.Minute, false, ""},
		"open: the oldest hours there are":   {"Asia/Kolkata", "", now, stats.Hour, false, ""},
		"open: the oldest days there are":    {"Europe/Berlin", "", now, stats.Day, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := open(t, new(memory), now).Ask(t.Context(), stats.Question{
				Kept: kept, From: at(c.from), To: at(c.to), Since: at("2000-01-01T00:00"), Bucket: c.bucket, Zone: zone(t, c.zone), Previous: c.previous})
			var refused *links.Invalid
			switch {
			case c.field == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.field == "" && a.From >= a.To:
				t.Errorf("the answer is about nothing: %v", a)
			case c.field != "" && (!errors.As(err, &refused) || refused.Fields[0].Field != c.field):
				t.Errorf("the error is %v, want one about %s", err, c.field)
			}
		})
	}
}

// TestOpenBeginsWhereClicksAreKept: a question without From is answered as far
// back as it can be, and no further than the link.
func TestOpenBeginsWhereClicksAreKept(t *testing.T) {
	for name, c := range map[string]struct {
		zone, since, want string
		bucket            stats.Grain
	}{
		"the link's creation": {"UTC", "2026-06-15T10:10", "2026-06-15T10:00", stats.Hour},
		"minutes":             {"UTC", "2000-01-01T00:00", "2026-06-13T12:30", stats.Minute},
		"hours":               {"UTC", "2000-01-01T00:00", "2026-03-17T13:00", stats.Hour},
		"hours of minutes":    {"Asia/Kolkata", "2000-01-01T00:00", "2026-06-13T12:30", stats.Hour},
		"days":                {"UTC", "2000-01-01T00:00", "2000-01-01T00:00", stats.Day},
		"days of hours":       {"Europe/Berlin", "2000-01-01T00:00", "2026-03-17T23:00", stats.Day},
		"days of minutes":     {"Asia/Kolkata", "2000-01-01T00:00", "2026-06-13T18:30", stats.Day},
		"in the future":       {"UTC", "2027-01-01T00:00", "2026-06-15T00:00", stats.Day},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := open(t, new(memory), "2026-06-15T12:30").Ask(t.Context(), stats.Question{
				Kept: kept, To: at("2026-06-15T12:30"), Since: at(c.since), Bucket: c.bucket, Zone: zone(t, c.zone)})
			if err != nil {
				t.Fatal(err)
			}
			if got := time.Unix(a.From*60, 0).UTC(); !got.Equal(at(c.want)) {
				t.Errorf("it begins at %v, want %s", got, c.want)
			}
		})
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	if _, err := stats.New(stats.Options{}); err == nil || !strings.Contains(err.Error(), "Store") {
		t.Errorf("the error is %v", err)
	}
}
