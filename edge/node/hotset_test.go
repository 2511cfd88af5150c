package node_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/larder"
	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// hotSet is how many links the larder of TestF10HotSet holds. The full case is
//
//	FINGERPOST_HOT_SET=1000000 go test ./edge/node -run TestF10HotSet -v
func hotSet(t *testing.T) int {
	text := os.Getenv("FINGERPOST_HOT_SET")
	if text == "" {
		return 20_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func hotLink(n int) *link.Link {
	return &link.Link{
		Key: link.Key{Domain: "localhost", Code: fmt.Sprintf("c%06x", n)}, Version: 1, Status: link.Active, Redirect: 302,
		URL: fmt.Sprintf("https://www.target.example/articles/2026/11/%06x?utm_source=mail&utm_medium=link", n),
	}
}

// stock fills an edge's larder.
func stock(t *testing.T, o node.Options, links int) {
	t.Helper()
	l, err := larder.New(larder.Options{
		Dir: filepath.Join(o.Data, "larder"), Pending: 2 * links, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	l.SetDomains([]*wire.Domain{{Name: "localhost", Version: 1, Aliases: []string{"127.0.0.1"}}})
	now := time.Now().UnixMilli()
	for n := range links {
		l.Keep(hotLink(n), l.Epoch(), now)
	}
	l.Start()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if err := l.Stop(ctx); err != nil {
		t.Fatal(err)
	}
}

// F10: the whole hot set is served at once, however large it is. Times are told
// and not judged: the machine may be busy.
func TestF10HotSet(t *testing.T) {
	o, links := options(t), hotSet(t)
	stock(t, o, links)
	begin := time.Now()
	n := start(t, o)
	defer halt(n)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	const visits = 2000
	var first time.Duration
	for i := range visits {
		want := hotLink(rand.IntN(links))
		r, err := http.NewRequest(http.MethodGet, "http://"+n.Addr()+"/"+want.Code, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != 302 || answer.Header.Get("Location") != want.URL {
			t.Fatalf("%s: %d %s", want.Code, answer.StatusCode, answer.Header.Get("Location"))
		}
		if i == 0 {
			first = time.Since(begin)
		}
	}
	t.Logf("%d links in the larder: the first answer %v after the start, %d of the hot set, one by one, after %v",
		links, first, visits, time.Since(begin))
}
