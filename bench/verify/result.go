package verify

import (
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/bench/report"
)

// Result is what a run found. Stages that were not reached, or not asked for,
// are nil.
type Result struct {
	Started     time.Time `json:"started"`
	Seconds     float64   `json:"seconds"`
	Control     string    `json:"control"`
	Edges       []string  `json:"edges"`
	Links       int       `json:"links"`
	Requests    uint64    `json:"requests"`
	Connections int       `json:"connections"`
	// AllowUnanswered is as in the options.
	AllowUnanswered uint64 `json:"allow_unanswered"`
	// Held: every stage was finished and nothing failed in it.
	Held bool `json:"held"`

	Create      *CreateResult      `json:"create,omitempty"`
	Replay      *ReplayResult      `json:"replay,omitempty"`
	Propagation *PropagationResult `json:"propagation,omitempty"`
	Counts      *CountResult       `json:"counts,omitempty"`
}

// held says whether no row of the table failed: there is one list of what must
// hold, and it is the one that people see.
func (r *Result) held() bool {
	for _, s := range r.Sections() {
		for _, row := range s.Rows {
			if row.Verdict == report.Fails {
				return false
			}
		}
	}
	return true
}

// Sections is the result as a table.
func (r *Result) Sections() []report.Section {
	var all []report.Section
	if r.Create != nil {
		all = append(all, r.Create.section(r.Links))
	}
	if r.Replay != nil {
		all = append(all, r.Replay.section(r.Requests, r.AllowUnanswered))
	}
	if r.Propagation != nil {
		all = append(all, r.Propagation.section(r.AllowUnanswered))
	}
	if r.Counts != nil {
		all = append(all, r.Counts.section())
	}
	return all
}

func (c *CreateResult) section(links int) report.Section {
	return report.Section{
		Title: "creates",
		Rows: []report.Row{
			{Name: "links created", Value: report.Count(c.Created), Verdict: report.Judge(c.Created == uint64(links))},
			none("failed or created otherwise", &c.Failed),
			none("codes given twice", &c.SharedCodes),
			{Name: "told to come later", Value: report.Count(c.Refused)},
			{Name: "rate", Value: report.Rate(c.PerSecond)},
			{Name: "latency", Value: report.Latency(c.Latency)},
		},
		Details: details(&c.Failed, &c.SharedCodes),
	}
}

func (p *ReplayResult) section(requests, allowed uint64) report.Section {
	return report.Section{
		Title: "redirects",
		Rows: []report.Row{
			{Name: "requests sent", Value: report.Count(p.Sent), Verdict: report.Judge(p.Sent == requests)},
			none("unexpected answers", &p.Wrong),
			unanswered(&p.Unanswered, allowed),
			{Name: "reconnects", Value: report.Count(p.Reconnects)},
			{Name: "rate", Value: report.Rate(p.PerSecond)},
			{Name: "latency", Value: report.Latency(p.Latency)},
		},
		Details: details(&p.Wrong, &p.Unanswered),
	}
}

func (p *PropagationResult) section(allowed uint64) report.Section {
	return report.Section{
		Title: "propagation",
		Rows: []report.Row{
			{Name: "links changed", Value: report.Count(p.Changes)},
			none("edges that did not follow", &p.Missed),
			none("answers that went back", &p.Back),
			none("unexpected answers", &p.Wrong),
			unanswered(&p.Unanswered, allowed),
			{Name: "from the API's answer", Value: report.Latency(p.FromAnswer)},
			{Name: "from sending", Value: report.Latency(p.FromSending)},
		},
		Details: details(&p.Missed, &p.Back, &p.Wrong, &p.Unanswered),
	}
}

func (c *CountResult) section() report.Section {
	total := c.Counted >= c.Expected && c.Counted <= c.Expected+c.Open
	settled := "never"
	if c.SettledSeconds >= 0 {
		settled = fmt.Sprintf("%.1f s after the last request", c.SettledSeconds)
	}
	return report.Section{
		Title: "clicks",
		Rows: []report.Row{
			{Name: "links compared", Value: report.Count(c.Checked)},
			{Name: "redirects received", Value: report.Count(c.Expected)},
			{Name: "requests in flight", Value: report.Count(c.Open)},
			{Name: "clicks counted", Value: report.Count(c.Counted), Verdict: report.Judge(total)},
			none("links that count too few", &c.Under),
			none("links that count too many", &c.Over),
			{Name: "settled", Value: settled},
		},
		Details: details(&c.Under, &c.Over),
	}
}

func none(name string, f *Faults) report.Row {
	return report.Row{Name: name, Value: report.Count(f.Count), Verdict: report.Judge(f.Count == 0)}
}

func unanswered(f *Faults, allowed uint64) report.Row {
	return report.Row{Name: "without an answer", Value: report.Count(f.Count), Verdict: report.Judge(uint64(f.Count) <= allowed)}
}

func details(kinds ...*Faults) []string {
	var all []string
	for _, f := range kinds {
		all = append(all, f.First...)
		if more := f.Count - len(f.First); more > 0 {
			all = append(all, fmt.Sprintf("… and %d more like the last", more))
		}
	}
	return all
}
