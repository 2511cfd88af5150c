package api

import (
	"cmp"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// StatsQuery is what may be asked about clicks. It is exported because huma sets
// its fields by reflection.
type StatsQuery struct {
	From    time.Time `query:"from" doc:"Start, rounded down to a bucket; without it, the link's creation, or the first bucket that is kept."`
	To      time.Time `query:"to" doc:"End, not included, rounded up to a bucket; without it, now."`
	Bucket  string    `query:"bucket" enum:"minute,hour,day" default:"day" doc:"Size of the items."`
	TZ      string    `query:"tz" maxLength:"64" default:"UTC" example:"Europe/Berlin" doc:"Time zone of the buckets, by its IANA name. Times are shown in UTC all the same."`
	By      string    `query:"by" enum:"referrer,country,browser,os,device,language,utm_source,utm_medium,utm_campaign,edge,bot" doc:"Divide the clicks by this, in groups. All but bot describe people only."`
	Top     int       `query:"top" minimum:"1" maximum:"1000" default:"10" doc:"Most groups; the rest is other."`
	Compare string    `query:"compare" enum:"previous" doc:"Add the same number of buckets before from."`
	Bots    string    `query:"bots" enum:"include,exclude,only" default:"include" doc:"Whether clicks of programs count."`
	Format  string    `query:"format" enum:"json,csv" doc:"csv is the groups if by is given, else the items; so is Accept: text/csv."`
	Accept  string    `header:"Accept" hidden:"true"`
}

func (in *StatsQuery) question(now time.Time) (stats.Question, error) {
	if err := cmp.Or(checkTime("from", in.From), checkTime("to", in.To)); err != nil {
		return stats.Question{}, err
	}
	q := stats.Question{
		From: in.From, To: in.To, Top: in.Top, Previous: in.Compare != "",
		Bucket: map[string]stats.Grain{"minute": stats.Minute, "hour": stats.Hour, "day": stats.Day}[in.Bucket],
		Bots:   map[string]stats.Bots{"include": stats.Include, "exclude": stats.Exclude, "only": stats.Only}[in.Bots],
		By:     wire.Dimension(wire.Dimension_value["DIMENSION_"+strings.ToUpper(in.By)]),
	}
	if q.To.IsZero() {
		q.To = now
	}
	zone, err := time.LoadLocation(in.TZ)
	if err != nil || zone == time.Local {
		return q, links.Refuse("tz", links.Unknown, "is not a time zone; give a name such as Europe/Berlin")
	}
	q.Zone = zone
	return q, nil
}

// csv says whether a table is asked for.
func (in *StatsQuery) csv() bool {
	if in.Format != "" {
		return in.Format == "csv"
	}
	for part := range strings.SplitSeq(in.Accept, ",") {
		if kind, _, _ := strings.Cut(part, ";"); strings.TrimSpace(kind) == "text/csv" {
			return true
		}
	}
	return false
}
