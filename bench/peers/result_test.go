//go:build linux

package peers_test

import (
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
		rate  float64
		p999  float64
		idle  int64
		fails int
	}{
		"all holds":          {6 * time.Microsecond, 6 * time.Microsecond, 101, 4, 100 << 20, 0},
		"too much processor": {7 * time.Microsecond, 7 * time.Microsecond, 101, 4, 100 << 20, 2},
		"costly clicks":      {6 * time.Microsecond, 5700 * time.Nanosecond, 101, 4, 100 << 20, 1},
		"too slow":           {6 * time.Microsecond, 6 * time.Microsecond, 99, 4, 100 << 20, 1},
		"a long tail":        {6 * time.Microsecond, 6 * time.Microsecond, 101, 4.1, 100 << 20, 1},
		"too much memory":    {6 * time.Microsecond, 6 * time.Microsecond, 101, 4, 121 << 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := &peers.Result{
				Rounds: map[string][]peers.Turn{
					"floor": turns(5*time.Microsecond, 200), "nginx": turns(7*time.Microsecond, 100), "haproxy": turns(9*time.Microsecond, 90),
					"edge": turns(c.edge, c.rate), "edge, clicks in memory": turns(c.mem, c.rate),
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
	good := peers.Options{Edge: "edge", Etcd: "etcd", Bench: "bench", URLs: []string{"https://a.example/"}}
	for name, change := range map[string]func(*peers.Options){
		"no edge": func(o *peers.Options) { o.Edge = "" },
		"no URLs": func(o *peers.Options) { o.URLs = nil },
		"turn":    func(o *peers.Options) { o.Turn = time.Millisecond },
		"idle":    func(o *peers.Options) { o.Idle = -1 },
	} {
		o := good
		change(&o)
		if _, err := peers.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "peers: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
