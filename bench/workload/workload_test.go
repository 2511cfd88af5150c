package workload_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/bench/workload"
	"github.com/fingerpost/fingerpost/sync/link"
)

func TestEmbeddedData(t *testing.T) {
	urls, err := workload.URLs("")
	if err != nil {
		t.Fatal(err)
	}
	if len(urls) != 29_641 {
		t.Errorf("%d URLs; want 29641", len(urls))
	}
	for i, u := range urls {
		if err := link.CheckURL(u); err != nil {
			t.Errorf("URL %d, %s: %v", i, u, err)
		}
	}
	counts, err := workload.Popularity("")
	if err != nil {
		t.Fatal(err)
	}
	if len(counts) != 100_000 {
		t.Errorf("%d counts; want 100000", len(counts))
	}
}

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.txt")
	for _, c := range []struct {
		name, content, failure string
	}{
		{"blank lines are skipped", "12\n\n7\n", ""},
		{"no line at all", "", "unexpected EOF"},
		{"not a number", "12\nseven\n", "line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			counts, err := workload.Popularity(path)
			if c.failure == "" && (err != nil || len(counts) != 2) {
				t.Errorf("got %v, %v; want two counts", counts, err)
			}
			if c.failure != "" && (err == nil || !strings.Contains(err.Error(), c.failure)) {
				t.Errorf("got %v; want an error with %q", err, c.failure)
			}
		})
	}
	if _, err := workload.URLs(path + ".missing"); err == nil {
		t.Error("a missing file was accepted")
	}
}

func TestTargetsAllDiffer(t *testing.T) {
	urls := []string{"http://a.example/", "http://b.example/#x"}
	got := workload.Targets(urls, 5)
	want := []string{
		"http://a.example/", "http://b.example/#x",
		"http://a.example/#2", "http://b.example/#x-2", "http://a.example/#3",
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %v, want %v", got, want)
	}
}
