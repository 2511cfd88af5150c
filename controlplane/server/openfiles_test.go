package server

import "testing"

// Connections leave files for everything else, or the setting is refused.
func TestConnectionsHaveFiles(t *testing.T) {
	for name, c := range map[string]struct {
		asked int
		files uint64
		want  int // 0: refused
	}{
		"usual":             {0, 1 << 20, 10_000},
		"few files":         {0, 1024, 341},
		"hardly any files":  {0, 2, 1},
		"limit not known":   {0, 0, 10_000},
		"no limit":          {0, 1<<64 - 1, 10_000},
		"asked for":         {100, 1024, 100},
		"all there is":      {341, 1024, 341},
		"one too many":      {342, 1024, 0},
		"many, not known":   {1 << 20, 0, 1 << 20},
		"more than usually": {20_000, 1 << 20, 20_000},
		"negative":          {-1, 1024, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := connections(c.asked, c.files); got != c.want || (err != nil) != (c.want == 0) {
				t.Errorf("%d, %v; want %d", got, err, c.want)
			}
		})
	}
}
