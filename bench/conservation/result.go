package conservation

import (
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/bench/report"
)

// Result is what a run found.
type Result struct {
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	Seed    uint64    `json:"seed"`
	// Held: the run was finished and nothing failed in it.
	Held bool `json:"held"`

	EdgeKills    int `json:"edge_kills"`
	ControlKills int `json:"control_kills"`
	Cuts         int `json:"cuts"`         // times at which the path between them was harmed
	BoundSpells  int `json:"bound_spells"` // times at which the spool was at its bound
	DiskSpells   int `json:"disk_spells"`  // times at which its disk was full

	Received uint64 `json:"received"` // answers that arrived
	Open     uint64 `json:"open"`     // requests in flight at a kill
	Counted  uint64 `json:"counted"`
	Lost     uint64 `json:"lost"`   // what links count too few, together
	Double   uint64 `json:"double"` // what links count too many, together
	Refused  uint64 `json:"refused"`
	Wrong    uint64 `json:"wrong"`

	SpellReceived uint64 `json:"spell_received"`
	SpellOpen     uint64 `json:"spell_open"`
	SpellCounted  uint64 `json:"spell_counted"`
	SpellLost     uint64 `json:"spell_lost"` // counted as lost by the edge

	Crowded   uint64 `json:"crowded"` // counted as lost by the edge when it should have had room
	Damaged   uint64 `json:"damaged"`
	Conflicts uint64 `json:"conflicts"`

	Faults []string `json:"faults,omitempty"` // links that count otherwise than they should
	Uneven []string `json:"uneven,omitempty"` // links whose statistics do not add up
}

// forget clears what compare finds.
func (r *Result) forget() {
	r.Received, r.Open, r.Counted, r.Lost, r.Double, r.Refused, r.Wrong = 0, 0, 0, 0, 0, 0, 0
	r.SpellReceived, r.SpellOpen, r.SpellCounted = 0, 0, 0
	r.Faults, r.Uneven = nil, nil
}

// judge compares a link's count with what clients know.
func (r *Result) judge(e *entry, counted uint64) {
	received, open := e.received.Load(), e.open.Load()
	r.Received += received
	r.Open += open
	r.Counted += counted
	r.Refused += e.refused.Load()
	r.Wrong += e.wrong.Load()
	switch {
	case counted < received:
		r.Lost += received - counted
	case counted > received+open:
		r.Double += counted - received - open
	default:
		return
	}
	r.Faults = append(r.Faults, fmt.Sprintf("%s: %d answers received, %d in flight, %d clicks counted", e.code, received, open, counted))
}

// held says whether no row of the table failed.
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
	all := []report.Section{{Title: "what happened", Rows: []report.Row{
		{Name: "kills of the edge", Value: report.Count(r.EdgeKills)},
		{Name: "kills of the control plane", Value: report.Count(r.ControlKills)},
		{Name: "harm to the path between them", Value: report.Count(r.Cuts)},
		{Name: "spells without room: at the bound, disk full", Value: fmt.Sprintf("%d, %d", r.BoundSpells, r.DiskSpells)},
		{Name: "seed", Value: fmt.Sprint(r.Seed)},
	}}, r.clicks()}
	if r.BoundSpells+r.DiskSpells > 0 {
		all = append(all, r.spells())
	}
	return all
}

func (r *Result) clicks() report.Section {
	open := report.Row{Name: "requests in flight at kills", Value: report.Count(r.Open)}
	if r.EdgeKills == 0 {
		open.Verdict = report.Judge(r.Open == 0)
	}
	return report.Section{Title: "clicks", Rows: []report.Row{
		{Name: "answers received", Value: report.Count(r.Received), Verdict: report.Judge(r.Received > 0)},
		open,
		{Name: "clicks counted", Value: report.Count(r.Counted)},
		nothing("lost", r.Lost),
		nothing("counted double", r.Double),
		nothing("links whose statistics do not add up", uint64(len(r.Uneven))),
		nothing("redirects elsewhere", r.Wrong),
		{Name: "answers that are no redirect, and no click", Value: report.Count(r.Refused)},
		nothing("counted as lost though there was room", r.Crowded),
		nothing("damaged records", r.Damaged),
		nothing("conflicts", r.Conflicts),
	}, Details: append(first(r.Faults), first(r.Uneven)...)}
}

func (r *Result) spells() report.Section {
	sum := r.SpellCounted + r.SpellLost
	return report.Section{Title: "without room", Rows: []report.Row{
		{Name: "answers received", Value: report.Count(r.SpellReceived)},
		{Name: "clicks counted", Value: report.Count(r.SpellCounted)},
		{Name: "clicks counted as lost", Value: report.Count(r.SpellLost), Verdict: report.Judge(r.SpellLost > 0)},
		nothing("lost and not counted so", r.SpellReceived-min(sum, r.SpellReceived)),
		nothing("counted double", sum-min(r.SpellReceived+r.SpellOpen, sum)),
	}}
}

func nothing(name string, n uint64) report.Row {
	return report.Row{Name: name, Value: report.Count(n), Verdict: report.Judge(n == 0)}
}

// first is the first ten.
func first(all []string) []string { return all[:min(10, len(all))] }
