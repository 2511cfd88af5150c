package storetest

import (
	"fmt"
	"maps"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/controlplane/internal/visitors"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func grains(t *testing.T, f *fixture) {
	b := batch(1)
	for minute := int64(noon - 5); minute < noon+125; minute++ {
		c := click("x", minute, 3)
		c.Bots = 1
		b.Counts = append(b.Counts, c)
	}
	f.ship(t, booked, b)
	at := func(start int64, minutes uint64) stats.Slot {
		return stats.Slot{Start: start, Total: stats.Total{Count: 3 * minutes, Bots: minutes}}
	}
	for _, tc := range []struct {
		name     string
		grain    stats.Grain
		from, to int64
		want     []stats.Slot
	}{
		{"minutes, without the end", stats.Minute, noon, noon + 2, []stats.Slot{at(noon, 1), at(noon+1, 1)}},
		{"hours", stats.Hour, 0, 2 * noon, []stats.Slot{at(noon-60, 5), at(noon, 60), at(noon+60, 60), at(noon+120, 5)}},
		{"hours that start within", stats.Hour, noon - 59, noon + 1, []stats.Slot{at(noon, 60)}},
		{"days", stats.Day, noon - 720, noon + 720, []stats.Slot{at(noon-720, 130)}},
		{"nothing", stats.Day, noon, noon + 700, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f.catchUp(t, stats.Scope{Key: key("x")})
			got, err := f.Series(timeout(t), stats.Scope{Key: key("x")}, tc.grain, tc.from, tc.to)
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("got %v (%v), want %v", got, err, tc.want)
			}
		})
	}
	since, err := f.CountSince(timeout(t), []link.Key{key("x"), key("y")}, noon+120)
	if want := map[link.Key]stats.Total{key("x"): {Count: 15, Bots: 5}}; err != nil || !maps.Equal(since, want) {
		t.Errorf("since then %v (%v), want %v", since, err, want)
	}
}

func scopes(t *testing.T, f *fixture) {
	b := batch(1)
	for i, l := range []struct{ domain, code, workspace, tag string }{
		{"a.example", "one", "annas", "autumn"}, {"a.example", "two", "bens", "autumn"}, {"b.example", "three", "annas", "spring"},
	} {
		made := sample(l.code)
		made.Domain, made.Workspace, made.Tags = l.domain, l.workspace, []string{l.tag}
		create(t, f.Store, made)
		c := click(l.code, noon, 1<<i)
		c.Domain = l.domain
		b.Counts = append(b.Counts, c)
	}
	f.ship(t, booked, b)
	for _, tc := range []struct {
		name  string
		scope stats.Scope
		want  uint64
	}{
		{"everything", stats.Scope{}, 7},
		{"a workspace", stats.Scope{Workspace: "annas"}, 5},
		{"a domain", stats.Scope{Domain: "a.example"}, 3},
		{"a tag", stats.Scope{Tag: "autumn"}, 3},
		{"a tag of a workspace", stats.Scope{Workspace: "annas", Tag: "autumn"}, 1},
		{"a domain of a workspace", stats.Scope{Workspace: "annas", Domain: "b.example"}, 4},
		{"a link", stats.Scope{Key: link.Key{Domain: "a.example", Code: "two"}}, 2},
		{"no such tag", stats.Scope{Tag: "Autumn2"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f.catchUp(t, tc.scope)
			for _, g := range []stats.Grain{stats.Minute, stats.Hour, stats.Day} {
				got, err := f.Series(timeout(t), tc.scope, g, noon-day, noon+1)
				if err != nil || sum(got).Count != tc.want {
					t.Errorf("grain %d: %v (%v), want %d", g, got, err, tc.want)
				}
				var known uint64
				err = f.Details(timeout(t), tc.scope, g, noon-day, noon+1, func(d stats.Detail) error {
					for _, p := range d.Parts.GetParts() {
						known += p.GetCount() // the edge's alone
					}
					return nil
				})
				if err != nil || g != stats.Minute && known != tc.want {
					t.Errorf("grain %d: %d clicks are known (%v), want %d", g, known, err, tc.want)
				}
			}
		})
	}
}

func part(d wire.Dimension, value string, count uint64) *wire.Part {
	return &wire.Part{Dimension: d, Value: value, Count: count}
}

// details of bytes that a database might take for something else.
func details(t *testing.T, f *fixture) {
	const browser, country, bot = wire.Dimension_DIMENSION_BROWSER, wire.Dimension_DIMENSION_COUNTRY, wire.Dimension_DIMENSION_BOT
	for n := range uint64(3) {
		one, other := click("x", noon, 10), click("x", noon+1, 5)
		one.Bots = 4
		one.Parts = []*wire.Part{part(browser, "Fire\x00fox", 3), part(browser, "Ünï'\\", 2), part(country, "DE", 6), part(bot, "curl", 4)}
		one.Visitors = []uint32{1<<6 | 1, 1<<25<<6 - 1<<6 | 40}
		other.Parts = []*wire.Part{part(browser, "Fire\x00fox", 1)}
		other.Visitors = []uint32{1<<6 | 1, uint32(n+2)<<6 | 7}
		f.ship(t, booked, batch(n+1, one, other, click("y", noon, 1)))
	}
	for _, g := range []stats.Grain{stats.Hour, stats.Day} {
		got, seen := f.known(t, "x", g)
		want := map[string]uint64{"BROWSER Fire\x00fox": 12, "BROWSER Ünï'\\": 6, "COUNTRY DE": 18, "BOT curl": 12, "EDGE e": 33}
		if !maps.Equal(got, want) {
			t.Errorf("grain %d: %v, want %v", g, got, want)
		}
		slices.Sort(seen.GetVisitors())
		registers := slices.Compact(seen.GetVisitors())
		if g == stats.Day && !slices.Equal(registers, []uint32{1<<6 | 1, 2<<6 | 7, 3<<6 | 7, 4<<6 | 7, 1<<25<<6 - 1<<6 | 40}) {
			t.Errorf("visitors %x", registers)
		}
	}
	if got := f.total(t, "x"); got != (stats.Total{Count: 45, Bots: 12}) {
		t.Errorf("total %+v", got)
	}
	if got, _ := f.known(t, "y", stats.Day); !maps.Equal(got, map[string]uint64{"EDGE e": 3}) {
		t.Errorf("the other link's details are %v", got)
	}
}

// boundedValues: the values of a dimension end somewhere, its sum goes on.
func boundedValues(t *testing.T, f *fixture) {
	const rounds, values = 6, 1500
	for n := range rounds {
		c := click("x", noon, 2*values)
		for i := range values {
			c.Parts = append(c.Parts, part(wire.Dimension_DIMENSION_UTM_CAMPAIGN, fmt.Sprintf("campaign of a name that is as long as they are %d", n*values+i), 1))
		}
		c.Parts = append(c.Parts, part(wire.Dimension_DIMENSION_UTM_CAMPAIGN, "much clicked", values))
		f.ship(t, booked, batch(uint64(n+1), c))
	}
	for _, g := range []stats.Grain{stats.Hour, stats.Day} {
		got, _ := f.known(t, "x", g)
		var all uint64
		for name, count := range got {
			if name != "EDGE e" {
				all += count
			}
		}
		if all != 2*values*rounds || len(got) > 2*5000 || got["UTM_CAMPAIGN much clicked"] != rounds*values || got["UTM_CAMPAIGN "] == 0 {
			t.Errorf("grain %d: %d values of %d clicks, %d of the most clicked, %d of the rest",
				g, len(got), all, got["UTM_CAMPAIGN much clicked"], got["UTM_CAMPAIGN "])
		}
	}
}

// sketches: once there are many visitors, they are not listed.
func sketches(t *testing.T, f *fixture) {
	random := rand.New(rand.NewPCG(1, 2))
	const rounds, people = 24, 1000
	for n := range rounds {
		c := click("x", noon, people)
		for range people {
			hash := random.Uint64()
			c.Visitors = append(c.Visitors, uint32(hash>>39)<<6|uint32(min(bits.LeadingZeros64(hash<<25)+1, 40)))
		}
		f.ship(t, booked, batch(uint64(n+1), c))
	}
	f.post(t)
	_, seen := f.known(t, "x", stats.Day)
	if len(seen.GetSketches()) != 1 || len(seen.GetVisitors()) > 6000 {
		t.Fatalf("%d sketches and %d visitors", len(seen.GetSketches()), len(seen.GetVisitors()))
	}
	all := visitors.New()
	if err := all.Merge(seen.GetSketches()[0]); err != nil {
		t.Fatal(err)
	}
	for _, register := range seen.GetVisitors() {
		all.Add(register)
	}
	if got := float64(all.Estimate()); math.Abs(got-rounds*people) > 0.01*rounds*people {
		t.Errorf("%.0f visitors are estimated, of %d", got, rounds*people)
	}
}
