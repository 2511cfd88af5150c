package main

import (
	"strings"
	"testing"
)

// Connections and open files go together, or the edge says what does not fit.
func TestConnectionsHaveFiles(t *testing.T) {
	for name, c := range map[string]struct {
		asked int
		files uint64
		want  int // 0: refused
	}{
		"usual":                  {0, 1 << 20, 32768},
		"fewer files than usual": {0, 20_000, 19_744},
		"hardly any files":       {0, 100, 1},
		"limit not known":        {0, 0, 32768},
		"asked for":              {100, 1024, 100},
		"all there is":           {768, 1024, 768},
		"one too many":           {769, 1024, 0},
		"many, limit not known":  {1 << 20, 0, 1 << 20},
		"no limit":               {1 << 20, 1<<64 - 1, 1 << 20},
		"negative":               {-1, 1024, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := connections(c.asked, c.files)
			if got != c.want || (err != nil) != (c.want == 0) {
				t.Errorf("%d, %v; want %d", got, err, c.want)
			}
			if err != nil {
				if text := new(command).name(err).Error(); !strings.HasPrefix(text, "--max-connections: ") {
					t.Errorf("says %q", text)
				}
			}
		})
	}
}
