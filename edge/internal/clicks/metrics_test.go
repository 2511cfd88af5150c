package clicks_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
)

// metric reads one counter by its name and labels.
func metric(t testing.TB, r *clicks.Recorder, name string) uint64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(r); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			full := f.GetName()
			for _, l := range m.GetLabel() {
				full += `{` + l.GetName() + `="` + l.GetValue() + `"}`
			}
			if strings.EqualFold(full, name) {
				return uint64(m.GetCounter().GetValue())
			}
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}
