//go:build linux

package peers_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/hist"
	"github.com/fingerpost/fingerpost/bench/peers"
	"github.com/fingerpost/fingerpost/bench/report"
)

func turns(processor time.Duration, rate float64) []peers.Turn {
	return []peers.Turn{{Processor: processor, Rate: rate}, {Processor: 3 * processor, Rate: rate / 3}, {Processor: processor, Rate: rate}}
}

// Ratios are taken within a round: that one round was slow for all changes none.
func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		edge  time.Duration
		mem   time.Duration // with clicks in memory
		few   time.Duration // with few links
		rate  float64
		p999  float64
		idle  int64
		heap  int64
		fails int
	}{
		"all holds":              {6000, 6000, 6000, 101, 4, 100 << 20, 450e6, 0},
		"too much processor":     {7000, 7000, 7000, 101, 4, 100 << 20, 450e6, 2},
		"costly clicks":          {6000, 5700, 6000, 101, 4, 100 << 20, 450e6, 1},
		"costly links":           {6000, 6000, 5200, 101, 4, 100 << 20, 450e6, 1},
		"too slow":               {6000, 6000, 6000, 99, 4, 100 << 20, 450e6, 1},
		"a long tail":            {6000, 6000, 6000, 101, 4.1, 100 << 20, 450e6, 1},
		"too much memory":        {6000, 6000, 6000, 101, 4, 100 << 20, 451e6, 1},
		"costly idle connection": {6000, 6000, 6000, 101, 4, 121 << 20, 450e6, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := &peers.Result{
				Links: 1e6, Few: 1e4, Memory: c.heap,
				Rounds: map[string][]peers.Turn{
					"floor": turns(5*time.Microsecond, 200), "nginx": turns(7*time.Microsecond, 100), "haproxy": turns(9*time.Microsecond, 90),
					"edge": turns(c.edge, c.rate), "edge, clicks in memory": turns(c.mem, c.rate),
					"edge, few links": turns(c.few, c.rate),
				},
				Tail:       map[string]hist.Summary{"nginx": {P999: 2}, "edge": {P999: c.p999}},
				IdleMemory: c.idle,
			}
			var out strings.Builder
			if err := report.Write(&out, r.Sections()); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(out.String(), string(report.Fails)); n != c.fails {
				t.Errorf("%d rows failed, want %d:\n%s", n, c.fails, out.String())
			}
		})
	}
}

func TestOptions(t *testing.T) {
	good := peers.Options{
		Edge: "edge", Etcd: "etcd", Bench: "bench", URLs: []string{"https://a.example/"}, Logger: slog.New(slog.DiscardHandler),
	}
	for field, change := range map[string]func(*peers.Options){
		"Edge":   func(o *peers.Options) { o.Edge = "" },
		"URLs":   func(o *peers.Options) { o.URLs = nil },
		"Turn":   func(o *peers.Options) { o.Turn = time.Millisecond },
		"Idle":   func(o *peers.Options) { o.Idle = -1 },
		"Few":    func(o *peers.Options) { o.Few = 2 },
		"Logger": func(o *peers.Options) { o.Logger = nil },
	} {
		t.Run(field, func(t *testing.T) {
			o := good
			change(&o)
			if _, err := peers.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), field) {
				t.Errorf("got %v", err)
			}
		})
	}
}
