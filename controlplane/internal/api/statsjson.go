package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
)

// LinkStats is how often a link was clicked.
type LinkStats struct {
	Domain string `json:"domain" example:"localhost"`
	Code   string `json:"code" example:"3xK9sQe"`
	ClickStats
}

// TotalStats is how often many links were clicked.
type TotalStats struct {
	Domain *string `json:"domain" doc:"Whose links were counted; null: those of all domains." example:"localhost"`
	Tag    *string `json:"tag" doc:"Which links were counted; null: all of them."`
	ClickStats
}

// ClickStats is what is known of clicks.
type ClickStats struct {
	ClickPeriod
	Bucket      string       `json:"bucket" enum:"minute,hour,day"`
	TZ          string       `json:"tz" example:"Europe/Berlin"`
	Groups      *ClickGroups `json:"groups,omitempty" doc:"How the clicks divide, if by is given."`
	Previous    *ClickPeriod `json:"previous,omitempty" doc:"The same number of buckets before, with compare=previous."`
	FinalUntil  *time.Time   `json:"final_until" doc:"Every click before is booked, from all edges; null: not known, because an edge has not said it yet."`
	FinalHeldBy *string      `json:"final_held_by" doc:"The edge that is the furthest behind. One that is gone for good holds final_until until it is forgotten: DELETE /edges/{id}." example:"fra-1"`

	csv bool // it is shown as a table
}

// ClickPeriod is the clicks of a time.
type ClickPeriod struct {
	From    time.Time     `json:"from"`
	To      time.Time     `json:"to"`
	Total   uint64        `json:"total" doc:"Clicks from from until to: the sum of the items." example:"1042"`
	Bots    uint64        `json:"bots" doc:"Clicks that programs made; part of total unless bots are excluded." example:"17"`
	Uniques *Uniques      `json:"uniques" doc:"null for many links, and among bots."`
	Items   []ClickBucket `json:"items" nullable:"false" doc:"The buckets that have clicks, oldest first."`
}

// TransformSchema is asked by huma, also for what ClickPeriod is embedded in: it
// knows of no pointer to a struct that may be null.
func (ClickPeriod) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	uniques := s.Properties["uniques"]
	s.Properties["uniques"] = &huma.Schema{Description: uniques.Description, AnyOf: []*huma.Schema{{Ref: uniques.Ref}, {Type: "null"}}}
	return s
}

// ClickBucket is the clicks of one bucket.
type ClickBucket struct {
	Start   time.Time `json:"start"`
	Count   uint64    `json:"count" example:"12"`
	Bots    uint64    `json:"bots" example:"1"`
	Uniques *uint64   `json:"uniques,omitempty" doc:"Estimated visitors, where the bucket is a day of UTC." example:"11"`
}

// Uniques is an estimate of people.
type Uniques struct {
	Count uint64    `json:"count" doc:"Different visitors of each day, within a percent or so; who comes on two days counts twice. Visitors who asked not to be tracked are not among them." example:"811"`
	From  time.Time `json:"from" doc:"Whole days of UTC that hold the time that was asked about."`
	To    time.Time `json:"to"`
}

// ClickGroups is how clicks divide.
type ClickGroups struct {
	By      string       `json:"by" example:"country"`
	From    time.Time    `json:"from" doc:"Whole hours, or long ago days, that hold the time that was asked about."`
	To      time.Time    `json:"to"`
	Items   []ClickGroup `json:"items" nullable:"false" doc:"The largest first."`
	Other   uint64       `json:"other" doc:"Clicks with values that are not among the items." example:"3"`
	Unknown uint64       `json:"unknown" doc:"Clicks without a value." example:"5"`
}

// ClickGroup is the clicks with one value.
type ClickGroup struct {
	Value string `json:"value" example:"DE"`
	Count uint64 `json:"count" example:"12"`
}

func (in *StatsQuery) show(a *stats.Answer) ClickStats {
	shown := ClickStats{ClickPeriod: showPeriod(&a.Period), Bucket: in.Bucket, TZ: in.TZ, FinalHeldBy: textOf(a.Final.HeldBy), csv: in.csv()}
	if a.Final.Until != 0 {
		until := link.Time(a.Final.Until)
		shown.FinalUntil = &until
	}
	if a.Previous != nil {
		previous := showPeriod(a.Previous)
		shown.Previous = &previous
	}
	if g := a.Groups; g != nil {
		shown.Groups = &ClickGroups{By: in.By, From: minuteOf(g.From), To: minuteOf(g.To), Items: make([]ClickGroup, len(g.Items)), Other: g.Other, Unknown: g.Unknown}
		for i, group := range g.Items {
			shown.Groups.Items[i] = ClickGroup(group)
		}
	}
	return shown
}

func showPeriod(p *stats.Period) ClickPeriod {
	shown := ClickPeriod{From: minuteOf(p.From), To: minuteOf(p.To), Total: p.Count, Bots: p.Bots, Items: make([]ClickBucket, len(p.Items))}
	for i, item := range p.Items {
		shown.Items[i] = ClickBucket{Start: minuteOf(item.Start), Count: item.Count, Bots: item.Bots, Uniques: item.Visitors}
	}
	if v := p.Visitors; v != nil {
		shown.Uniques = &Uniques{Count: v.Count, From: minuteOf(v.From), To: minuteOf(v.To)}
	}
	return shown
}

func minuteOf(minute int64) time.Time { return time.Unix(minute*60, 0).UTC() }
