package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/fingerpost/fingerpost/bench/hist"
)

// Verdict says whether a row is a finding or a mere figure.
type Verdict string

// The verdicts. A Note can neither hold nor fail.
const (
	Note  Verdict = ""
	Holds Verdict = "ok"
	Fails Verdict = "FAILED"
)

// Judge is Holds if ok, else Fails.
func Judge(ok bool) Verdict {
	if ok {
		return Holds
	}
	return Fails
}

// Row is one line of a table.
type Row struct {
	Name, Value string
	Verdict     Verdict
}

// Section is a titled part of a table, followed by lines that say more about
// what failed.
type Section struct {
	Title   string
	Rows    []Row
	Details []string
}

// Write prints the sections as aligned text.
func Write(w io.Writer, sections []Section) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range sections {
		fmt.Fprintf(t, "%s\n", s.Title)
		for _, r := range s.Rows {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", r.Name, r.Value, r.Verdict)
		}
		for _, d := range s.Details {
			fmt.Fprintf(t, "    %s\n", d)
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("printing table: %w", err)
	}
	return nil
}

// WriteJSON writes v, indented, to the file at path, replacing it.
func WriteJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding report: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return nil
}

// Count prints n with thousands separated.
func Count[N ~int | ~int64 | ~uint64](n N) string { return humanize.Comma(int64(n)) }

// Rate prints a number of things per second.
func Rate(perSecond float64) string { return humanize.Comma(int64(perSecond)) + " /s" }

// Latency prints a summary's percentiles on one line.
func Latency(s hist.Summary) string {
	return fmt.Sprintf("p50 %s   p90 %s   p99 %s   p99.9 %s   max %s",
		millis(s.P50), millis(s.P90), millis(s.P99), millis(s.P999), millis(s.Max))
}

func millis(ms float64) string {
	d := time.Duration(ms * float64(time.Millisecond))
	switch {
	case d < 10*time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}
