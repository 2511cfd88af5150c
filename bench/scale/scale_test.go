//go:build linux

package scale_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/bench/scale"
)

// small is complete, but for programs that exist.
func small(dir string) scale.Options {
	return scale.Options{
		Programs: scale.Programs{Etcd: "etcd", Control: "control", Edge: "edge"}, Dir: dir,
		Many: 3000, Few: 1000, Written: 1000, Held: 500, URLs: []string{"https://a.example/autumn", "https://b.example/#sale"},
		Rounds: 1, Singles: 16, Bulks: 1, Lookups: 50, Queries: 1, Redirects: 400, Clients: 4, Rate: 1000,
		Logger: slog.New(slog.DiscardHandler),
	}
}

func TestOptionsNameWhatIsWrong(t *testing.T) {
	for field, edit := range map[string]func(*scale.Options){
		"Programs": func(o *scale.Options) { o.Programs.Edge = "" },
		"Dir":      func(o *scale.Options) { o.Dir = "" },
		"Few":      func(o *scale.Options) { o.Few = o.Many + 1 },
		"Written":  func(o *scale.Options) { o.Many = 1_000_000 },
		"Held":     func(o *scale.Options) { o.Held = o.Many },
		"URLs":     func(o *scale.Options) { o.URLs = nil },
		"Rounds":   func(o *scale.Options) { o.Rounds = -1 },
		"Singles":  func(o *scale.Options) { o.Singles = 0 },
		"Rate":     func(o *scale.Options) { o.Rate = 0 },
		"Logger":   func(o *scale.Options) { o.Logger = nil },
	} {
		t.Run(field, func(t *testing.T) {
			o := small(t.TempDir())
			edit(&o)
			if _, err := scale.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), field) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
