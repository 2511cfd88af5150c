package api

import (
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// checkTime refuses a time of which nothing can be told: there is no year of five
// digits in RFC 3339, and the end of a question is rounded up, so a year is left
// for that. The zero time is a parameter that was not given.
func checkTime(field string, t time.Time) error {
	if year := t.UTC().Year(); !t.IsZero() && (year < 1970 || year > 9998) {
		return links.Refuse(field, links.Bad, "must lie between the years 1970 and 9998")
	}
	return nil
}
