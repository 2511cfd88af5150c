package stats_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// on gives n clicks from a country in the minute of a time.
func on(when string, n int, country string) []click {
	all := make([]click, n)
	for i := range all {
		all[i] = click{minute: at(when).Unix() / 60, country: country}
	}
	return all
}

func TestGroups(t *testing.T) {
	m := new(memory)
	for _, c := range [][]click{
		on("2026-06-10T23:59", 100, "XX"), // before
		on("2026-06-11T00:30", 4, "DE"), on("2026-06-12T12:00", 3, "DE"), on("2026-06-13T09:59", 2, "DE"),
		on("2026-06-12T13:00", 5, "FR"), on("2026-06-12T14:00", 1, "AT"), on("2026-06-12T14:00", 1, "CH"), on("2026-06-12T15:00", 6, ""),
		on("2026-06-13T10:00", 100, "XX"), // after
	} {
		m.clicks = append(m.clicks, c...)
	}
	for range 3 {
		m.clicks = append(m.clicks, click{minute: at("2026-06-12T15:00").Unix() / 60, bot: true, name: "Googlebot"})
	}
	m.clicks = append(m.clicks, click{minute: at("2026-06-12T15:00").Unix() / 60, bot: true, name: "curl"})
	for name, c := range map[string]struct {
		by   wire.Dimension
		top  int
		bots stats.Bots
		want string
	}{
		"all of them":     {wire.Dimension_DIMENSION_COUNTRY, 10, stats.Include, "[{DE 9} {FR 5} {AT 1} {CH 1}], other 0, unknown 6"},
		"the first two":   {wire.Dimension_DIMENSION_COUNTRY, 2, stats.Exclude, "[{DE 9} {FR 5}], other 2, unknown 6"},
		"another":         {wire.Dimension_DIMENSION_BROWSER, 2, stats.Include, "[], other 0, unknown 22"},
		"bots":            {wire.Dimension_DIMENSION_BOT, 1, stats.Include, "[{Googlebot 3}], other 1, unknown 0"},
		"bots, only bots": {wire.Dimension_DIMENSION_BOT, 9, stats.Only, "[{Googlebot 3} {curl 1}], other 0, unknown 0"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := open(t, m, "2026-06-13T12:00").Ask(t.Context(), stats.Question{
				Kept: kept, From: at("2026-06-11T00:00"), To: at("2026-06-13T10:00"), Bucket: stats.Hour, Zone: time.UTC, By: c.by, Top: c.top, Bots: c.bots})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%v, other %d, unknown %d", a.Groups.Items, a.Groups.Other, a.Groups.Unknown); got != c.want {
				t.Errorf("groups are %s, want %s", got, c.want)
			}
		})
	}
	for by, bots := range map[wire.Dimension]stats.Bots{wire.Dimension_DIMENSION_BOT: stats.Exclude, wire.Dimension_DIMENSION_OS: stats.Only} {
		_, err := open(t, m, "2026-06-13T12:00").Ask(t.Context(), stats.Question{
			Kept: kept, From: at("2026-06-11T00:00"), To: at("2026-06-13T10:00"), Bucket: stats.Hour, Zone: time.UTC, By: by, Bots: bots})
		if refused := new(links.Invalid); !errors.As(err, &refused) || refused.Fields[0].Field != "by" {
			t.Errorf("%v with bots %d: %v", by, bots, err)
		}
	}
}

// TestTheRestOfAStoreIsOther: values that the store did not keep apart are not
// unknown.
func TestTheRestOfAStoreIsOther(t *testing.T) {
	m := &rest{memory{clicks: on("2026-06-12T12:00", 5, "DE")}}
	s, err := stats.New(stats.Options{Store: m, Now: func() time.Time { return at("2026-06-13T00:00") }})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Ask(t.Context(), stats.Question{
		Kept: kept, From: at("2026-06-12T00:00"), To: at("2026-06-13T00:00"), Bucket: stats.Day, Zone: time.UTC, By: wire.Dimension_DIMENSION_COUNTRY, Top: 5})
	if err != nil || a.Groups.Other != 5 || a.Groups.Unknown != 0 || len(a.Groups.Items) != 0 {
		t.Errorf("groups are %v, %v", a.Groups, err)
	}
}

// rest keeps no values apart.
type rest struct{ memory }

func (r *rest) Details(ctx context.Context, scope stats.Scope, g stats.Grain, from, to int64, each func(stats.Detail) error) error {
	return r.memory.Details(ctx, scope, g, from, to, func(d stats.Detail) error {
		for _, p := range d.Parts.GetParts() {
			p.Value = ""
		}
		return each(d)
	})
}

// TestGroupsCoverWholeSlots: details are kept by hour, and long ago by day only;
// the answer says what it is about. The hours of Kolkata begin in the middle of
// UTC's.
func TestGroupsCoverWholeSlots(t *testing.T) {
	for name, c := range map[string]struct{ from, to, start, end string }{
		"parts of hours":               {"2026-06-12T01:30", "2026-06-12T05:30", "2026-06-12T01:00", "2026-06-12T06:00"},
		"hours, days and hours":        {"2026-06-11T01:30", "2026-06-14T05:30", "2026-06-11T01:00", "2026-06-14T06:00"},
		"up to midnight":               {"2026-06-11T01:30", "2026-06-13T23:30", "2026-06-11T01:00", "2026-06-14T00:00"},
		"its beginning is by day only": {"2026-03-17T01:30", "2026-06-14T05:30", "2026-03-17T00:00", "2026-06-14T06:00"},
		"all of it is by day only":     {"2026-03-01T01:30", "2026-03-01T02:30", "2026-03-01T00:00", "2026-03-02T00:00"},
		"its end's day is half kept":   {"2026-03-01T01:30", "2026-03-17T15:30", "2026-03-01T00:00", "2026-03-18T00:00"},
		"a day that is half kept":      {"2026-03-17T14:30", "2026-03-17T15:30", "2026-03-17T14:00", "2026-03-17T16:00"},
	} {
		t.Run(name, func(t *testing.T) {
			m := new(memory)
			for _, when := range []string{c.start, c.end} {
				m.clicks = append(m.clicks, click{minute: at(when).Unix() / 60, country: "DE"}, click{minute: at(when).Unix()/60 - 1, country: "FR"})
			}
			a, err := open(t, m, "2026-06-15T12:30").Ask(t.Context(), stats.Question{
				Kept: domains.Kept{Minutes: 1000 * domains.Day, Hours: kept.Hours}, From: at(c.from), To: at(c.to),
				Bucket: stats.Hour, Zone: zone(t, "Asia/Kolkata"), By: wire.Dimension_DIMENSION_COUNTRY, Top: 5})
			if err != nil {
				t.Fatal(err)
			}
			g := a.Groups
			if got := fmt.Sprint(g.Items, g.Unknown); g.From != at(c.start).Unix()/60 || g.To != at(c.end).Unix()/60 || got != "[{DE 1} {FR 1}] 0" {
				t.Errorf("from %v to %v there are %s", time.Unix(g.From*60, 0).UTC(), time.Unix(g.To*60, 0).UTC(), got)
			}
		})
	}
}

// TestVisitors: who came in several days counts once where the sketches say it is
// the same, and days of UTC have their own.
func TestVisitors(t *testing.T) {
	m := new(memory)
	for i, visitor := range []uint32{5<<6 | 1, 6<<6 | 1, 5<<6 | 1, 7<<6 | 1} {
		m.clicks = append(m.clicks, click{minute: at("2026-06-10T00:30").Unix()/60 + int64(i)*720, visitor: visitor})
	}
	m.clicks = append(m.clicks, click{minute: at("2026-06-11T10:00").Unix() / 60}, click{minute: at("2026-06-12T10:00").Unix() / 60, bot: true})
	ask := func(zoneName, to string, bots stats.Bots) *stats.Answer {
		t.Helper()
		a, err := open(t, m, "2026-06-15T12:30").Ask(t.Context(), stats.Question{
			Kept: kept, From: at("2026-06-10T00:00"), To: at(to), Bucket: stats.Day, Zone: zone(t, zoneName), Visitors: true, Bots: bots})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := ask("UTC", "2026-06-13T00:00", stats.Include)
	if a.Visitors.Count != 3 || len(a.Items) != 3 || *a.Items[0].Visitors != 2 || *a.Items[1].Visitors != 2 || *a.Items[2].Visitors != 0 {
		t.Errorf("%d visitors, items %v", a.Visitors.Count, a.Items)
	}
	a = ask("Europe/Berlin", "2026-06-10T22:00", stats.Exclude)
	if v := a.Visitors; v.From != at("2026-06-09T00:00").Unix()/60 || v.To != at("2026-06-11T00:00").Unix()/60 || v.Count != 2 || a.Items[0].Visitors != nil {
		t.Errorf("visitors %v, items %v", v, a.Items)
	}
	if a = ask("UTC", "2026-06-13T00:00", stats.Only); a.Visitors != nil {
		t.Errorf("visitors among bots: %v", a.Visitors)
	}
}
