package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/api"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// listener reads an event stream.
type listener struct {
	t     *testing.T
	lines *bufio.Scanner
	stop  func()
}

// listen opens a stream about the link "mine", which ends after a while in any
// case.
func (f *fixture) listen(t *testing.T, key string) *listener {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	request, err := http.NewRequestWithContext(ctx, "GET", f.url+"/api/v1/urls/mine/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Api-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{t: t, lines: bufio.NewScanner(response.Body), stop: func() { cancel(); _ = response.Body.Close() }}
	t.Cleanup(l.stop)
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %v", response.Status, response.Header)
	}
	return l
}

// until reads events up to one that good takes.
func (l *listener) until(what string, good func(api.LiveClicks) bool) {
	l.t.Helper()
	for l.lines.Scan() {
		data, ok := strings.CutPrefix(l.lines.Text(), "data: ")
		var clicks api.LiveClicks
		if ok && json.Unmarshal([]byte(data), &clicks) != nil {
			l.t.Fatalf("data is %q", data)
		}
		if ok && good(clicks) {
			return
		}
	}
	l.t.Errorf("the stream ended before it told %s: %v", what, l.lines.Err())
}

func clicksNow(sequence, count uint64) *wire.Batch {
	return &wire.Batch{Edge: "e", Epoch: 1, Sequence: sequence, Digest: sequence, Boot: 1, Counts: []*wire.ClickCount{
		{Domain: "go.example", Code: "mine", Minute: time.Now().Unix() / 60, Count: count, Bots: 1},
	}}
}

// TestLive: a stream begins with the state and tells what changes, whoever booked
// it.
func TestLive(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	l := f.listen(t, canary)
	l.until("that there are none", func(c api.LiveClicks) bool { return c.Count == 0 })
	f.ship(clicksNow(1, 3))
	l.until("three clicks", func(c api.LiveClicks) bool { return c.Count == 3 && c.Bots == 1 && !c.Minute.IsZero() })
	again := f.listen(t, canary)
	again.until("the state at once", func(c api.LiveClicks) bool { return c.Count == 3 })
	f.ship(clicksNow(2, 4))
	l.until("seven clicks", func(c api.LiveClicks) bool { return c.Count == 7 })

	// The fixture allows two streams of a key.
	a := f.do("GET", "/api/v1/urls/mine/live", "")
	a.want(t, 429, "too_many_streams", "")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	l.stop()
	deadline := time.Now().Add(10 * time.Second)
	for f.do("GET", "/api/v1/urls/mine/live", "").status != 200 {
		if time.Now().After(deadline) {
			t.Fatal("a stream that ended leaves no room for another")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestLiveOutlivesTimeouts: those of a server, which are for short requests, do
// not end a stream.
func TestLiveOutlivesTimeouts(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	server := httptest.NewUnstartedServer(f.handler)
	const timeout = 100 * time.Millisecond
	server.Config.ReadTimeout, server.Config.WriteTimeout = timeout, timeout
	server.Start()
	t.Cleanup(server.Close)
	f.url = server.URL
	l := f.listen(t, canary)
	<-time.After(3 * timeout)
	f.ship(clicksNow(1, 3))
	l.until("three clicks", func(c api.LiveClicks) bool { return c.Count == 3 })
}

// TestA13LiveEndsWithItsKey: a revoked key's stream ends, and no other.
func TestA13LiveEndsWithItsKey(t *testing.T) {
	f := start(t)
	key := f.key(access.ReadStats, access.WriteURLs)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, "Authorization", "Bearer "+key).want(t, 201, "", "")
	theirs, other := f.listen(t, key), f.listen(t, canary)
	if err := f.access.Revoke(t.Context(), key[3:11]); err != nil {
		t.Fatal(err)
	}
	for theirs.lines.Scan() {
	}
	if err := theirs.lines.Err(); err != nil {
		t.Errorf("the stream did not end by itself: %v", err)
	}
	f.ship(clicksNow(1, 3))
	other.until("three clicks", func(c api.LiveClicks) bool { return c.Count == 3 })
}
