package server_test

import (
	"database/sql"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// leaseSpan is more than a lease takes from the time that it is noted with.
const leaseSpan = 20 * time.Millisecond

// reportLeases tells what leases of code ranges did to the creates that were under
// way meanwhile: how many waited for one, and how long these creates took.
func reportLeases(b *testing.B, m measured, leases []time.Time, waits float64) {
	b.Helper()
	during := measured{}
	for _, r := range m.all {
		for _, at := range leases {
			if r.begun.Before(at.Add(leaseSpan)) && r.begun.Add(r.took).After(at) {
				during.all = append(during.all, r)
				break
			}
		}
	}
	b.ReportMetric(float64(len(leases)), "leases")
	b.ReportMetric(waits, "lease-waits")
	if len(during.all) > 0 {
		b.ReportMetric(millis(during.median()), "lease-p50-ms")
		b.ReportMetric(millis(during.slowest()), "lease-max-ms")
	}
}

// leasesSince gives when ranges were leased.
func leasesSince(b *testing.B, database string, since time.Time) (leases []time.Time) {
	b.Helper()
	db, err := sql.Open("pgx", database)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT leased_at FROM range_leases WHERE leased_at >= $1`, since.UnixMilli())
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			b.Fatal(err)
		}
		leases = append(leases, time.UnixMilli(at))
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return leases
}

var waited = regexp.MustCompile(`(?m)^fingerpost_control_lease_waits_total (\S+)$`)

func leaseWaits(b *testing.B, ops string) float64 {
	b.Helper()
	response, err := http.Get(ops + "/metrics")
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	found := waited.FindSubmatch(text)
	if found == nil {
		b.Fatal("no figure of waits among the metrics")
	}
	n, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return n
}
