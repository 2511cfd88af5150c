//go:build linux

package peers

import (
	"fmt"
	"slices"
	"time"

	"github.com/fingerpost/fingerpost/bench/hist"
	"github.com/fingerpost/fingerpost/bench/report"
)

// What is promised.
const (
	mostOfNginx     = 0.95      // processor time
	mostOfFloor     = 1.30      // processor time
	mostOfMemory    = 1.05      // processor time, against an edge that keeps clicks in memory
	mostOfFew       = 1.15      // processor time, against an edge that holds few links
	mostMemory      = 450e6     // bytes for a million links
	mostTail        = 2.0       // times nginx's p99.9
	mostIdle        = 120 << 20 // bytes for ten thousand connections
	idleConnections = 10_000
)

// Turn is what one server did in one round.
type Turn struct {
	Processor time.Duration `json:"processor_ns"` // for each redirect
	Rate      float64       `json:"rate"`         // redirects a second
}

// Result of a comparison.
type Result struct {
	Links int `json:"links"`
	// Few is how many of them the edge with few links had, if there was one.
	Few int `json:"few,omitempty"`
	// Memory is the edge's, in bytes, with all links.
	Memory int64             `json:"memory"`
	Rounds map[string][]Turn `json:"rounds"`
	// Ratios are what the edge needs of the processor, against the others.
	Ratios map[string]float64      `json:"ratios"`
	Tail   map[string]hist.Summary `json:"tail,omitempty"`
	// IdleMemory is what idle connections added to the edge's memory, in bytes.
	IdleMemory int64 `json:"idle_memory,omitempty"`
}

// ratio is the median over the rounds of what one server needs, against another.
func (r *Result) ratio(name, other string, of func(Turn) float64) float64 {
	ratios := make([]float64, len(r.Rounds[name]))
	for i := range ratios {
		ratios[i] = of(r.Rounds[name][i]) / of(r.Rounds[other][i])
	}
	return median(ratios)
}

// ratios are what the edge needs of the processor, against the others.
func (r *Result) ratios() map[string]float64 {
	ratios := make(map[string]float64, len(r.Rounds))
	for name := range r.Rounds {
		ratios[name] = r.ratio(theEdge, name, processor)
	}
	return ratios
}

func (r *Result) of(name string, of func(Turn) float64) float64 {
	values := make([]float64, len(r.Rounds[name]))
	for i := range values {
		values[i] = of(r.Rounds[name][i])
	}
	return median(values)
}

func processor(t Turn) float64 { return float64(t.Processor) }
func perSecond(t Turn) float64 { return t.Rate }

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// halfOfPeak is half of what the slower of edge and nginx can do.
func (r *Result) halfOfPeak() uint64 {
	return uint64(min(r.of(theEdge, perSecond), r.of("nginx", perSecond)) / 2)
}

// Sections are the result as a table.
func (r *Result) Sections() []report.Section {
	turns := report.Section{Title: fmt.Sprintf("redirects of %s links, a processor for each server", report.Count(r.Links))}
	for _, name := range []string{"floor", "nginx", "haproxy", theEdge, inMemory, withFew, other} {
		if len(r.Rounds[name]) == 0 {
			continue
		}
		turns.Rows = append(turns.Rows, report.Row{Name: name, Value: fmt.Sprintf("%.2f us of processor time   %s   %.2f x floor   %.2f x nginx",
			r.of(name, processor)/1000, report.Rate(r.of(name, perSecond)), r.ratio(name, "floor", processor), r.ratio(name, "nginx", processor))})
	}
	return []report.Section{turns, r.edge()}
}

// edge judges what is promised of the edge.
func (r *Result) edge() report.Section {
	rate := r.ratio(theEdge, "nginx", perSecond)
	edge := report.Section{Title: "edge", Rows: append(r.costs(),
		report.Row{Name: "throughput", Value: fmt.Sprintf("%.2f x nginx, at least 1", rate), Verdict: report.Judge(rate >= 1)},
		report.Row{Name: "memory", Value: fmt.Sprintf("%d MB with all links, at most %.0f for 1,000,000", r.Memory/1e6, mostMemory/1e6),
			Verdict: report.Judge(r.Links > 1e6 || r.Memory <= mostMemory)},
	)}
	if len(r.Rounds[other]) > 0 {
		edge.Rows = append(edge.Rows, report.Row{Name: "against the other", Value: fmt.Sprintf("%.3f x its processor time   %.3f x its throughput",
			r.ratio(theEdge, other, processor), r.ratio(theEdge, other, perSecond))})
	}
	if r.Tail != nil {
		ratio := r.Tail[theEdge].P999 / r.Tail["nginx"].P999
		edge.Rows = append(edge.Rows,
			report.Row{Name: "at half of peak", Value: report.Latency(r.Tail[theEdge])},
			report.Row{Name: "  nginx", Value: report.Latency(r.Tail["nginx"])},
			report.Row{Name: "  p99.9", Value: fmt.Sprintf("%.2f x nginx, at most %.0f", ratio, mostTail), Verdict: report.Judge(ratio <= mostTail)})
	}
	if r.IdleMemory != 0 {
		edge.Rows = append(edge.Rows, report.Row{Name: "idle connections", Value: fmt.Sprintf("took %d MiB, at most %d for %s",
			r.IdleMemory>>20, mostIdle>>20, report.Count(idleConnections)), Verdict: report.Judge(r.IdleMemory <= mostIdle)})
	}
	return edge
}

// costs judges the processor time against that of all others.
func (r *Result) costs() []report.Row {
	rows := []report.Row{r.most("processor time", "nginx", mostOfNginx), r.most("", "floor", mostOfFloor)}
	if len(r.Rounds[inMemory]) > 0 {
		rows = append(rows, r.most("", inMemory, mostOfMemory))
	}
	if len(r.Rounds[withFew]) > 0 {
		rows = append(rows, r.most("  of "+report.Count(r.Few), withFew, mostOfFew))
	}
	return rows
}

// most judges the processor time against another server's.
func (r *Result) most(name, against string, most float64) report.Row {
	ratio := r.ratio(theEdge, against, processor)
	return report.Row{Name: name, Value: fmt.Sprintf("%.2f x %s, at most %.2f", ratio, against, most), Verdict: report.Judge(ratio <= most)}
}
