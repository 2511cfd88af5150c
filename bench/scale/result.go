//go:build linux

package scale

import (
	"fmt"
	"slices"
	"time"

	"github.com/fingerpost/fingerpost/bench/report"
)

// Turn is what one measure said of one system in one round.
type Turn struct {
	P50       time.Duration `json:"p50_ns"`
	P99       time.Duration `json:"p99_ns"`
	Most      time.Duration `json:"most_ns"`
	Processor time.Duration `json:"processor_ns"` // for each link, redirect or page
	PerSecond float64       `json:"per_second"`
	Logged    int64         `json:"logged_bytes"` // by the database, for each
}

// Compared is what a measure said of both, by round.
type Compared struct {
	Name string `json:"name"`
	Few  []Turn `json:"few"`
	Many []Turn `json:"many"`
}

// Result of a comparison.
type Result struct {
	Many int `json:"many"` // links
	Few  int `json:"few"`
	// Held is how many mappings the edge of many holds.
	Held     int        `json:"held"`
	Disk     []Table    `json:"disk"`
	Compared []Compared `json:"compared"`
}

func (r *Result) add(measure int, many bool, t Turn) {
	for len(r.Compared) <= measure {
		r.Compared = append(r.Compared, Compared{Name: measures()[len(r.Compared)].name})
	}
	turns := &r.Compared[measure].Few
	if many {
		turns = &r.Compared[measure].Many
	}
	*turns = append(*turns, t)
}

// ratio is the median over the rounds of many's against few's.
func (c *Compared) ratio(of func(Turn) float64) float64 {
	ratios := make([]float64, 0, len(c.Many))
	for i := range c.Many {
		if few := of(c.Few[i]); few > 0 { // processor time is counted by hundredths of a second
			ratios = append(ratios, of(c.Many[i])/few)
		}
	}
	return median(ratios)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 1
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func mid(turns []Turn, of func(Turn) float64) float64 {
	values := make([]float64, len(turns))
	for i, t := range turns {
		values[i] = of(t)
	}
	return median(values)
}

func p50(t Turn) float64    { return float64(t.P50) / 1e6 }
func p99(t Turn) float64    { return float64(t.P99) / 1e6 }
func most(t Turn) float64   { return float64(t.Most) / 1e6 }
func used(t Turn) float64   { return float64(t.Processor) / 1e6 }
func rate(t Turn) float64   { return t.PerSecond }
func logged(t Turn) float64 { return float64(t.Logged) }

// Sections are the result as a table.
func (r *Result) Sections() []report.Section {
	costs := report.Section{Title: fmt.Sprintf("%s links against %s, ms: of few -> of many (ratio)", report.Count(r.Many), report.Count(r.Few))}
	pages := report.Section{Title: "First page of, ms: of few -> of many; the slowest of many"}
	for i, m := range measures()[:len(r.Compared)] {
		c := &r.Compared[i]
		if len(c.Many) == 0 {
			continue
		}
		if m.within > 0 {
			pages.Rows = append(pages.Rows, report.Row{Name: m.name, Verdict: report.Judge(mid(c.Many, p50) <= float64(m.within.Milliseconds())),
				Value: fmt.Sprintf("median %.1f -> %.1f   slowest %.1f", mid(c.Few, p50), mid(c.Many, p50), slowest(c.Many))})
			continue
		}
		costs.Rows = append(costs.Rows, c.row("p50", p50, m.most), c.row("p99", p99, 0), c.row("processor", used, m.most), c.row("a second", rate, 0), c.row("bytes of log", logged, 0))
		costs.Rows[len(costs.Rows)-5].Name = m.name + ": p50"
	}
	return []report.Section{costs, pages, r.disk()}
}

func (c *Compared) row(name string, of func(Turn) float64, most float64) report.Row {
	ratio := c.ratio(of)
	row := report.Row{Name: "  " + name, Value: fmt.Sprintf("%.4g -> %.4g   (%.2f)", mid(c.Few, of), mid(c.Many, of), ratio)}
	if most > 0 {
		row.Verdict = report.Judge(ratio <= most)
	}
	return row
}

func slowest(turns []Turn) float64 {
	return most(slices.MaxFunc(turns, func(a, b Turn) int { return int(a.Most - b.Most) }))
}

func (r *Result) disk() report.Section {
	section := report.Section{Title: "Bytes on disk for each link"}
	var sum int64
	for _, t := range r.Disk {
		sum += t.Heap + t.Indexes
		section.Rows = append(section.Rows, report.Row{Name: t.Name, Value: fmt.Sprintf("%d, and %d of indexes; %.1f rows",
			t.Heap/int64(r.Many), t.Indexes/int64(r.Many), float64(t.Rows)/float64(r.Many))})
	}
	section.Rows = append(section.Rows, report.Row{Name: "together", Value: fmt.Sprintf("%d; %.1f GB", sum/int64(r.Many), float64(sum)/1e9)})
	return section
}

// Holds says whether everything that is judged does.
func (r *Result) Holds() bool {
	for _, s := range r.Sections() {
		for _, row := range s.Rows {
			if row.Verdict == report.Fails {
				return false
			}
		}
	}
	return true
}
