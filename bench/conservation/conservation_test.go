package conservation

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/bench/load"
)

func TestOptionsNameWhatIsWrong(t *testing.T) {
	for field, edit := range map[string]func(*Options){
		"Programs":   func(o *Options) { o.Programs.Edge = "" },
		"Database":   func(o *Options) { o.Database = "" },
		"Dir":        func(o *Options) { o.Dir = "" },
		"Kills":      func(o *Options) { o.Kills = -1 },
		"Spells":     func(o *Options) { o.Spells = -1 },
		"Links":      func(o *Options) { o.Links = 501 },
		"Clients":    func(o *Options) { o.Clients = -1 },
		"PerSecond":  func(o *Options) { o.PerSecond = -1 },
		"SpoolBytes": func(o *Options) { o.SpoolBytes = -1 },
		"Logger":     func(o *Options) { o.Logger = nil },
	} {
		t.Run(field, func(t *testing.T) {
			o := Options{Programs: Programs{"a", "b", "c"}, Database: "d", Dir: "e", Logger: slog.New(slog.DiscardHandler)}
			edit(&o)
			if _, err := Run(context.Background(), o); err == nil || !strings.Contains(err.Error(), field) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// TestJudge: the oracle itself, at its bounds.
func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		counted      uint64
		lost, double uint64
	}{
		"one too few":               {9, 1, 0},
		"what was received":         {10, 0, 0},
		"and what was in flight":    {12, 0, 0},
		"one too many":              {13, 0, 1},
		"twice what there can be":   {24, 0, 12},
		"nothing of what there was": {0, 10, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := &entry{code: "abc", target: "https://example.org/"}
			for range 10 {
				e.book(&load.Answer{Status: 302, Location: []byte(e.target)}, nil)
			}
			for range 2 {
				e.book(new(load.Answer), errors.New("the connection ended"))
			}
			e.book(&load.Answer{Status: 503}, nil)
			r := &Result{EdgeKills: 1}
			r.judge(e, c.counted)
			if r.Lost != c.lost || r.Double != c.double || r.Refused != 1 || r.held() != (c.lost+c.double == 0) {
				t.Errorf("lost %d, double %d, held %t", r.Lost, r.Double, r.held())
			}
		})
	}
}

// TestHeld: what is not a link's count can fail a run, too.
func TestHeld(t *testing.T) {
	for name, r := range map[string]*Result{
		"nobody was answered":              {EdgeKills: 1},
		"unanswered without a kill":        {Received: 1, Open: 1},
		"statistics that do not add up":    {Received: 1, Uneven: []string{"abc"}},
		"a redirect elsewhere":             {Received: 1, Wrong: 1},
		"a damaged record":                 {Received: 1, Damaged: 1},
		"a conflict":                       {Received: 1, Conflicts: 1},
		"lost though there was room":       {Received: 1, Crowded: 1},
		"a spell in which nothing is lost": {Received: 1, BoundSpells: 1, SpellReceived: 5, SpellCounted: 5},
		"a spell's silent loss":            {Received: 1, DiskSpells: 1, SpellReceived: 5, SpellCounted: 3, SpellLost: 1},
		"a spell's double count":           {Received: 1, DiskSpells: 1, SpellReceived: 5, SpellCounted: 5, SpellLost: 1},
	} {
		if r.held() {
			t.Errorf("%s: it held", name)
		}
	}
	if r := (&Result{Received: 5, Counted: 5, DiskSpells: 1, SpellReceived: 5, SpellCounted: 3, SpellLost: 2}); !r.held() {
		t.Errorf("what is right did not hold: %+v", r.Sections())
	}
}
