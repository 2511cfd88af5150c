package clicks_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
)

// usual are clicks as browsers and programs make them.
func usual() map[string]clicks.Click {
	bare := clicks.Click{Domain: "a.example", Code: "code123", At: time.Now().UnixMilli()}
	browser := bare
	browser.Address = netip.MustParseAddr("192.0.2.77")
	browser.Agent = []byte("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36")
	browser.Referrer = []byte("https://news.example/articles/2026/11/22/story.html")
	browser.Language = []byte("de-CH,de;q=0.9,en;q=0.8")
	shared := browser
	shared.Query = []byte("ref=1&utm_source=newsletter&utm_medium=mail&utm_campaign=november")
	return map[string]clicks.Click{"bare": bare, "browser": browser, "shared": shared}
}

// started is a recorder that knows the key of today's visitors.
func started(t testing.TB, change func(*clicks.Options)) *clicks.Recorder {
	b := newBooks(func() fault { return none })
	r := newRecorder(t, b, change)
	r.Start()
	until(t, "the key is asked for", func() bool { return b.salts.Load() > 0 })
	return r
}

func TestRecordDoesNotAllocate(t *testing.T) {
	r := started(t, nil)
	for name, c := range usual() {
		t.Run(name, func(t *testing.T) {
			if n := testing.AllocsPerRun(1000, func() { r.Record(c) }); n >= 1 {
				t.Errorf("%v allocations in each click", n)
			}
		})
	}
	stop(t, r)
}
