package many

import (
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/bench/report"
)

// Result is what a run has measured.
type Result struct {
	SinglesPerSecond, BulkPerSecond, ImportPerSecond, ExportPerSecond float64
	// Links were imported, of which Resumed had been made before the cut.
	Links, Resumed, ProgressLines, Exported int
	Queries                                 []QueryTime
}

// QueryTime is how long the first page of a listing took.
type QueryTime struct {
	Name         string
	Median, Most time.Duration
}

// queryWithin bounds the median of a listing's first page.
const queryWithin = 50 * time.Millisecond

// Sections shows the result.
func (r *Result) Sections() []report.Section {
	ratio := r.BulkPerSecond / r.SinglesPerSecond
	made := report.Section{Title: "Creating", Rows: []report.Row{
		{Name: "single creates", Value: fmt.Sprintf("%.0f/s", r.SinglesPerSecond)},
		{Name: "bulk creates", Value: fmt.Sprintf("%.0f/s", r.BulkPerSecond)},
		{Name: "ratio", Value: fmt.Sprintf("%.1f", ratio)},
		{Name: "import, cut off and repeated", Value: fmt.Sprintf("%d links, %.0f/s", r.Links, r.ImportPerSecond)},
		{Name: "found when repeated", Value: fmt.Sprintf("%d", r.Resumed), Verdict: report.Judge(r.Resumed > 0)},
		{Name: "export", Value: fmt.Sprintf("%d links, %.0f/s", r.Exported, r.ExportPerSecond), Verdict: report.Judge(r.Exported >= r.Links)},
	}}
	found := report.Section{Title: "First page of"}
	for _, q := range r.Queries {
		found.Rows = append(found.Rows, report.Row{
			Name: q.Name, Value: fmt.Sprintf("median %.1f ms, most %.1f ms", ms(q.Median), ms(q.Most)), Verdict: report.Judge(q.Median <= queryWithin),
		})
	}
	return []report.Section{made, found}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
