package stats_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

var kept = domains.KeptOf(nil)

// memory keeps single clicks, and adds them up as a store does.
type memory struct {
	clicks []click
	edges  []stats.Edge
	// missing is the first minute that is not caught up with.
	missing int64
}

type click struct {
	minute  int64
	bot     bool
	country string // of a person; "": not known
	name    string // of a bot
	visitor uint32 // register; 0: none
}

func (c *click) slot(g stats.Grain) int64 {
	length := map[stats.Grain]int64{stats.Minute: 1, stats.Hour: 60, stats.Day: 1440}[g]
	return c.minute - c.minute%length
}

func (m *memory) Series(_ context.Context, _ stats.Scope, g stats.Grain, from, to int64) ([]stats.Slot, error) {
	sums := make(map[int64]stats.Total)
	for _, c := range m.clicks {
		sum := sums[c.slot(g)]
		sum.Count++
		if c.bot {
			sum.Bots++
		}
		sums[c.slot(g)] = sum
	}
	var slots []stats.Slot
	for start, sum := range sums {
		if start >= from && start < to {
			slots = append(slots, stats.Slot{Start: start, Total: sum})
		}
	}
	slices.SortFunc(slots, func(a, b stats.Slot) int { return cmp.Compare(a.Start, b.Start) })
	return slots, nil
}

func (m *memory) Details(_ context.Context, _ stats.Scope, g stats.Grain, from, to int64, each func(stats.Detail) error) error {
	sorted := slices.SortedFunc(slices.Values(m.clicks), func(a, b click) int { return cmp.Compare(a.minute, b.minute) })
	for _, c := range sorted {
		if at := c.slot(g); at >= from && at < to {
			if err := each(stats.Detail{Start: at, Parts: c.parts()}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *click) parts() *wire.Parts {
	p := new(wire.Parts)
	part := func(d wire.Dimension, value string) {
		p.Parts = append(p.Parts, &wire.Part{Dimension: d, Value: value, Count: 1})
	}
	switch {
	case c.bot:
		part(wire.Dimension_DIMENSION_BOT, c.name)
	case c.country != "":
		part(wire.Dimension_DIMENSION_COUNTRY, c.country)
	}
	if c.visitor != 0 {
		p.Visitors = []uint32{c.visitor}
	}
	return p
}

func (m *memory) CountClicks(_ context.Context, keys []link.Key) (map[link.Key]stats.Total, error) {
	return map[link.Key]stats.Total{keys[0]: {Count: uint64(len(m.clicks))}}, nil
}

func (m *memory) CountSince(ctx context.Context, keys []link.Key, _ int64) (map[link.Key]stats.Total, error) {
	return m.CountClicks(ctx, keys)
}

func (m *memory) CatchUp(context.Context, stats.Scope) (int64, error) { return m.missing, nil }

func (m *memory) Edges(context.Context) ([]stats.Edge, error)      { return m.edges, nil }
func (m *memory) ForgetEdge(context.Context, string) (bool, error) { return true, nil }

func open(t *testing.T, m *memory, now string) *stats.Stats {
	t.Helper()
	s, err := stats.New(stats.Options{Store: m, Now: func() time.Time { return at(now) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// at reads 2026-03-29T00:30 as UTC; "" is the zero time.
func at(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	parsed, err := time.Parse("2006-01-02T15:04", text)
	if err != nil {
		panic(err)
	}
	return parsed
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// label names the bucket of a time as people of its zone do.
func label(g stats.Grain, local time.Time) string {
	switch g {
	case stats.Minute:
		return local.Format("2006-01-02 15:04 -0700")
	case stats.Hour:
		return local.Format("2006-01-02 15 -0700")
	}
	return local.Format("2006-01-02")
}

// TestBucketsAreThoseOfTheZone counts clicks one by one by their local names, and
// holds the answer to that, around changes of the clock of every kind.
func TestBucketsAreThoseOfTheZone(t *testing.T) {
	for name, c := range map[string]struct {
		zone, around string
		bucket       stats.Grain
	}{
		"UTC, minutes":                           {"UTC", "2026-03-10T00:00", stats.Minute},
		"UTC, hours":                             {"UTC", "2026-03-10T00:00", stats.Hour},
		"UTC, days":                              {"UTC", "2026-03-10T00:00", stats.Day},
		"a day of 23 hours":                      {"Europe/Berlin", "2026-03-29T01:00", stats.Day},
		"a day of 25 hours":                      {"Europe/Berlin", "2026-10-25T01:00", stats.Day},
		"an hour twice":                          {"Europe/Berlin", "2026-10-25T01:00", stats.Hour},
		"behind UTC":                             {"America/New_York", "2026-11-01T06:00", stats.Day},
		"half an hour off, days":                 {"Asia/Kolkata", "2026-03-10T00:00", stats.Day},
		"half an hour off, hours":                {"Asia/Kolkata", "2026-03-10T00:00", stats.Hour},
		"three quarters off":                     {"Asia/Kathmandu", "2026-03-10T00:00", stats.Day},
		"half an hour's change, days":            {"Australia/Lord_Howe", "2026-04-04T15:00", stats.Day},
		"half an hour's change, hours":           {"Australia/Lord_Howe", "2026-04-04T15:00", stats.Hour},
		"half an hour's change, forwards, hours": {"Australia/Lord_Howe", "2026-10-03T15:30", stats.Hour},
		"a day without midnight":                 {"Africa/Cairo", "2026-04-23T22:00", stats.Day},
		"a day that ends twice":                  {"Africa/Cairo", "2026-10-29T21:00", stats.Day},
		"a day that begins twice":                {"America/Havana", "2026-11-01T05:00", stats.Day},
		"furthest ahead":                         {"Pacific/Kiritimati", "2026-03-10T00:00", stats.Day},
		"a day that was left out":                {"Pacific/Apia", "2011-12-30T10:00", stats.Day},
	} {
		t.Run(name, func(t *testing.T) {
			z, middle := zone(t, c.zone), at(c.around)
			m, want, bots := new(memory), make(map[string]uint64), make(map[string]uint64)
			random := rand.New(rand.NewPCG(1, 2))
			for range 3000 {
				minute := middle.Unix()/60 + random.Int64N(4*1440) - 2*1440
				bot := random.IntN(4) == 0
				m.clicks = append(m.clicks, click{minute: minute, bot: bot})
				key := label(c.bucket, time.Unix(minute*60, 0).In(z))
				want[key]++
				if bot {
					bots[key]++
				}
			}
			s := open(t, m, c.around)
			a, err := s.Ask(t.Context(), stats.Question{
				Kept: domains.Kept{Minutes: 99 * domains.Day, Hours: 99 * domains.Day},
				From: middle.Add(-48 * time.Hour), To: middle.Add(48 * time.Hour), Bucket: c.bucket, Zone: z,
			})
			if err != nil {
				t.Fatal(err)
			}
			if a.Count != 3000 {
				t.Errorf("%d of 3000 clicks", a.Count)
			}
			for _, item := range a.Items {
				key := label(c.bucket, time.Unix(item.Start*60, 0).In(z))
				if item.Count != want[key] || item.Bots != bots[key] {
					t.Errorf("%s has %d clicks and %d of bots, want %d and %d", key, item.Count, item.Bots, want[key], bots[key])
				}
				delete(want, key)
			}
			if len(want) != 0 {
				t.Errorf("missing are %v", want)
			}
		})
	}
}

func TestPreviousHasAsManyBuckets(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for name, c := range map[string]struct {
		bucket               stats.Grain
		from, to, start, end string
	}{
		// Two days, of which the second one has 23 hours; and the two before.
		"days":    {stats.Day, "2026-03-27T23:00", "2026-03-29T22:00", "2026-03-25T23:00", "2026-03-27T23:00"},
		"hours":   {stats.Hour, "2026-03-28T20:15", "2026-03-29T03:00", "2026-03-28T13:00", "2026-03-28T20:00"},
		"minutes": {stats.Minute, "2026-03-29T10:00", "2026-03-29T10:05", "2026-03-29T09:55", "2026-03-29T10:00"},
	} {
		t.Run(name, func(t *testing.T) {
			m := &memory{clicks: []click{{minute: at(c.start).Unix() / 60}, {minute: at(c.end).Unix()/60 - 1}, {minute: at(c.start).Unix()/60 - 1}}}
			a, err := open(t, m, c.to).Ask(t.Context(), stats.Question{
				Kept: kept, From: at(c.from), To: at(c.to), Bucket: c.bucket, Zone: berlin, Previous: true})
			if err != nil {
				t.Fatal(err)
			}
			p := a.Previous
			if p.From != at(c.start).Unix()/60 || p.To != at(c.end).Unix()/60 || p.Count != 2 {
				t.Errorf("the period before is from %v to %v and has %d clicks", time.Unix(p.From*60, 0).UTC(), time.Unix(p.To*60, 0).UTC(), p.Count)
			}
		})
	}
}

func TestBots(t *testing.T) {
	m := &memory{clicks: []click{{minute: 10}, {minute: 10, bot: true}, {minute: 11, bot: true}}}
	for bots, want := range map[stats.Bots]string{
		stats.Include: "3 of which 2: [{10 2 1} {11 1 1}]",
		stats.Exclude: "1 of which 2: [{10 1 1}]",
		stats.Only:    "2 of which 2: [{10 1 1} {11 1 1}]",
	} {
		a, err := open(t, m, "1970-01-01T00:20").Ask(t.Context(), stats.Question{
			Kept: kept, From: time.Unix(0, 0), To: time.Unix(1200, 0), Bucket: stats.Minute, Zone: time.UTC, Bots: bots})
		if err != nil {
			t.Fatal(err)
		}
		type row struct {
			start       int64
			count, bots uint64
		}
		var rows []row
		for _, i := range a.Items {
			rows = append(rows, row{i.Start, i.Count, i.Bots})
		}
		if got := fmt.Sprintf("%d of which %d: %v", a.Count, a.Bots, rows); got != want {
			t.Errorf("bots %d: %s, want %s", bots, got, want)
		}
	}
}

// TestCountTellsWhatIsPending, also of a link of which nothing is booked.
func TestCountTellsWhatIsPending(t *testing.T) {
	booked, fresh := link.Key{Domain: "d", Code: "booked"}, link.Key{Domain: "d", Code: "fresh"}
	s, err := stats.New(stats.Options{
		Store:   &memory{clicks: make([]click, 3)},
		Pending: func([]link.Key) map[link.Key]uint64 { return map[link.Key]uint64{booked: 1, fresh: 2} },
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Count(t.Context(), []link.Key{booked, fresh})
	if err != nil || got[booked] != (stats.Counted{Total: stats.Total{Count: 3}, Pending: 1}) || got[fresh] != (stats.Counted{Pending: 2}) {
		t.Errorf("counted %v, %v", got, err)
	}
}

func TestFinalIsTheFurthestBehind(t *testing.T) {
	ahead := []stats.Edge{{ID: "a", Watermark: 7 * 60_000}, {ID: "b", Watermark: 5 * 60_000}, {ID: "c", Watermark: 6 * 60_000}}
	for name, c := range map[string]struct {
		edges   []stats.Edge
		bucket  stats.Grain
		missing int64
		want    stats.Final
	}{
		"no edge":                    {nil, stats.Hour, 0, stats.Final{}},
		"the last one":               {ahead, stats.Hour, 0, stats.Final{Until: 5 * 60_000, HeldBy: "b"}},
		"one ended":                  {append([]stats.Edge{{ID: "d", Watermark: 1, Ended: true}}, ahead...), stats.Hour, 0, stats.Final{Until: 5 * 60_000, HeldBy: "b"}},
		"all ended":                  {[]stats.Edge{{ID: "d", Watermark: 3, Ended: true}, {ID: "e", Watermark: 2, Ended: true}}, stats.Hour, 0, stats.Final{Until: 3}},
		"not heard of once":          {[]stats.Edge{{ID: "a", Watermark: 7}, {ID: "b"}}, stats.Hour, 0, stats.Final{HeldBy: "b"}},
		"hours lack earlier clicks":  {ahead, stats.Hour, 4, stats.Final{Until: 4 * 60_000}},
		"hours lack later clicks":    {ahead, stats.Hour, 6, stats.Final{Until: 5 * 60_000, HeldBy: "b"}},
		"minutes need no such thing": {ahead, stats.Minute, 4, stats.Final{Until: 5 * 60_000, HeldBy: "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := open(t, &memory{edges: c.edges, missing: c.missing}, "2026-01-01T00:00").Ask(t.Context(), stats.Question{
				Kept: kept, From: at("2025-12-31T23:00"), To: at("2026-01-01T00:00"), Bucket: c.bucket, Zone: time.UTC})
			if err != nil || a.Final != c.want {
				t.Errorf("final is %v, %v", a, err)
			}
		})
	}
}
