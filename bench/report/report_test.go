package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/bench/hist"
	"github.com/fingerpost/fingerpost/bench/report"
)

func TestTable(t *testing.T) {
	var b strings.Builder
	err := report.Write(&b, []report.Section{{
		Title: "redirects",
		Rows: []report.Row{
			{Name: "answers", Value: report.Count(1_000_000), Verdict: report.Judge(true)},
			{Name: "wrong Location", Value: report.Count(2), Verdict: report.Judge(false)},
			{Name: "rate", Value: report.Rate(40123.9)},
		},
		Details: []string{"link abc: answered elsewhere"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	const want = `redirects
  answers         1,000,000  ok
  wrong Location  2          FAILED
  rate            40,123 /s  
    link abc: answered elsewhere
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestLatency(t *testing.T) {
	got := report.Latency(hist.Summary{P50: 0.043, P90: 1.5, P99: 12.345, P999: 250, Max: 1234})
	if want := "p50 43µs   p90 1.5ms   p99 12.3ms   p99.9 250ms   max 1.23s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.json")
	if err := report.WriteJSON(path, map[string]int{"requests": 7}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]int
	if err := json.Unmarshal(b, &got); err != nil || got["requests"] != 7 {
		t.Errorf("got %s, %v", b, err)
	}
	if err := report.WriteJSON(filepath.Join(path, "below"), 1); err == nil {
		t.Error("a path below a file was accepted")
	}
}
