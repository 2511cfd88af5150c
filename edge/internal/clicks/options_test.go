package clicks_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
)

func TestRefusals(t *testing.T) {
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "clicks.epoch"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(damaged, "clicks.epoch")
	for name, c := range map[string]struct {
		change func(*clicks.Options)
		says   string
	}{
		"bad id":        {func(o *clicks.Options) { o.Edge = "a/b" }, "Edge"},
		"damaged epoch": {func(o *clicks.Options) { o.Data = damaged }, "clicks.epoch"},
		"not a folder":  {func(o *clicks.Options) { o.Data = file }, "data folder"},
	} {
		t.Run(name, func(t *testing.T) {
			o := clicks.Options{Edge: "edge", Data: t.TempDir(), Plane: newBooks(nil), Visits: unknown{}, Logger: slog.New(slog.DiscardHandler)}
			c.change(&o)
			if _, err := clicks.New(o); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("New: %v, want something about %s", err, c.says)
			}
		})
	}
}
