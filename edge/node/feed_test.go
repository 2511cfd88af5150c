package node_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// metric reads a metric without labels, or with the labels given.
func metric(t *testing.T, n *node.Node, name string) string {
	t.Helper()
	_, text := answer(t, "http://"+n.OpsAddr()+"/metrics")
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// isReady says whether an edge is attached.
func isReady(n *node.Node) bool { return n.Ready() == nil }

// F5: what was deleted while the edge could not hear of it holds once the edge is
// back, however its feed lost the news; and nothing that had been applied before
// is undone.
func TestF5HistoryLost(t *testing.T) {
	for name, lose := range map[string]func(s *surroundings, path *feedtest.Link, away func()){
		"compacted": func(s *surroundings, path *feedtest.Link, away func()) {
			path.Cut()
			away()
			s.publish(record("other", 1, "https://t.example/"))
			s.etcd.Compact()
			path.Mend()
		},
		"restored from an older copy": func(s *surroundings, path *feedtest.Link, away func()) {
			s.etcd.Stop()
			kept := s.etcd.Copy()
			s.etcd.Restart()
			s.publish(record("changed", 2, "https://t.example/2"))
			path.Cut()
			away()
			s.etcd.Stop()
			s.etcd.Restore(kept)
			s.etcd.Restart()
			for i := range 6 { // its revision overtakes the old one
				s.publish(record(fmt.Sprint("new", i), 1, "https://t.example/"))
			}
			path.Mend()
		},
		"another cluster": func(s *surroundings, path *feedtest.Link, away func()) {
			path.Cut()
			away()
			s.etcd.Stop()
			s.etcd.Wipe()
			s.etcd.Restart()
			s.domain(&wire.Domain{Name: "localhost", Version: 1, Aliases: []string{"127.0.0.1"}})
			path.Mend()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := surround(t)
			path := feedtest.NewLink(t, s.etcd.Endpoint())
			o := options(t)
			o.Control, o.Etcd = []string{s.plane.addr}, []string{path.Addr()}
			n := start(t, o)
			defer stop(t, n)
			until(t, "attached", func() bool { return isReady(n) })
			for _, code := range []string{"deleted", "changed", "same"} {
				s.publish(record(code, 1, "https://t.example/1"))
				gives(t, n, code, 302)
			}
			lose(s, path, func() {
				s.publish(&wire.Record{Domain: "localhost", Code: "deleted", Version: 2, Status: wire.Status_STATUS_DELETED})
				s.publish(record("changed", 3, "https://t.example/3"))
			})
			gives(t, n, "deleted", 410)
			gives(t, n, "changed", "https://t.example/3")
			gives(t, n, "same", "https://t.example/1")
			until(t, "attached again", func() bool { return isReady(n) })
			for range 20 {
				if status, _ := answer(t, "http://"+n.Addr()+"/deleted"); status != 410 {
					t.Fatalf("the deleted link came back: %d", status)
				}
				if _, to := answer(t, "http://"+n.Addr()+"/changed"); to != "https://t.example/3" {
					t.Fatalf("the old target came back: %s", to)
				}
			}
		})
	}
}

// F5: what nobody visits is asked about all the same, so that its next visitor,
// hours later, is not answered as it was before.
func TestF5AsksUnvisited(t *testing.T) {
	s := surround(t)
	path := feedtest.NewLink(t, s.etcd.Endpoint())
	o := options(t)
	o.Control, o.Etcd = []string{s.plane.addr}, []string{path.Addr()}
	n := start(t, o)
	defer stop(t, n)
	until(t, "attached", func() bool { return isReady(n) })
	const links = 30
	for i := range links {
		code := fmt.Sprint("code", i)
		s.publish(record(code, 1, "https://t.example/"))
		gives(t, n, code, 302)
	}
	path.Cut()
	for i := range links {
		code := fmt.Sprint("code", i)
		s.publish(&wire.Record{Domain: "localhost", Code: code, Version: 2, Status: wire.Status_STATUS_DELETED})
	}
	s.publish(record("other", 1, "https://t.example/")) // the last one is told again
	s.etcd.Compact()
	found := func() (fills int) {
		fills, _ = strconv.Atoi(metric(t, n, `fingerpost_edge_fills_total{result="found"}`))
		return fills
	}
	before := found()
	path.Mend()
	until(t, "all links are asked about again", func() bool { return found() >= before+links })
	for i := range links {
		gives(t, n, fmt.Sprint("code", i), 410)
	}
	if hits := metric(t, n, `fingerpost_edge_redirects_total{status="302"}`); hits != fmt.Sprint(links) {
		t.Errorf("%s redirects, want %d: a deleted link was answered once more", hits, links)
	}
}

func encode(t *testing.T, r *wire.Record) string {
	t.Helper()
	b, err := proto.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// F6: a feed value that cannot be used is counted, and its link asked for anew;
// nothing else changes.
func TestF6MalformedValues(t *testing.T) {
	s := surround(t)
	n := s.start(options(t))
	defer stop(t, n)
	for _, code := range []string{"noise", "large", "unsafe", "misnamed", "good"} {
		s.publish(record(code, 1, "https://t.example/1"))
		gives(t, n, code, 302)
	}
	hurt := func(code, value string) {
		s.plane.commit(record(code, 2, "https://t.example/2")) // what the feed should have told
		s.etcd.Put("/fingerpost/v1/links/localhost/"+code, value)
	}
	hurt("noise", "\xff\xffno record")
	hurt("large", strings.Repeat("x", link.MaxRecord+1))
	hurt("unsafe", encode(t, record("unsafe", 3, "javascript:alert(1)")))
	hurt("misnamed", encode(t, record("good", 9, "https://evil.example/")))
	s.etcd.Put("/fingerpost/v1/domains/localhost", "\xff\xff")
	for _, code := range []string{"noise", "large", "unsafe", "misnamed"} {
		gives(t, n, code, "https://t.example/2")
	}
	if _, to := answer(t, "http://"+n.Addr()+"/good"); to != "https://t.example/1" {
		t.Errorf("a link beside the damaged ones now goes to %s", to)
	}
	until(t, "five are counted", func() bool { return metric(t, n, "fingerpost_edge_feed_malformed_total") == "5" })
	s.publish(record("good", 2, "https://t.example/2"))
	gives(t, n, "good", "https://t.example/2")
	if err := n.Ready(); err != nil {
		t.Errorf("not ready: %v", err)
	}
}

// F12: any number of visitors of one code that the edge does not know cost one
// question, and a creation undoes a remembered 404 at once.
func TestF12OneQuestion(t *testing.T) {
	const visitors = 300 // with sockets; origin's test has 10,000 without
	s := surround(t)
	n := s.start(options(t))
	defer stop(t, n)
	s.plane.commit(record("known", 1, "https://t.example/"))
	for code, want := range map[string]int{"unknown": 404, "known": 302} {
		release := s.plane.hold()
		var running sync.WaitGroup
		for range visitors {
			running.Go(func() {
				transport := &http.Transport{DisableKeepAlives: true}
				r, err := transport.RoundTrip(get(n, code))
				if err != nil {
					t.Error(err)
					return
				}
				r.Body.Close()
				if r.StatusCode != want {
					t.Errorf("%s: %d, want %d", code, r.StatusCode, want)
				}
			})
		}
		until(t, "the question is put", func() bool { return s.plane.asked(code) > 0 })
		release()
		running.Wait()
		if asked := s.plane.asked(code); asked != 1 {
			t.Errorf("%d visitors of a code that is %s: asked %d times", visitors, code, asked)
		}
	}
	s.publish(record("unknown", 1, "https://t.example/made"))
	gives(t, n, "unknown", "https://t.example/made")
}

func get(n *node.Node, code string) *http.Request {
	return &http.Request{Method: http.MethodGet, Header: http.Header{}, URL: &url.URL{Scheme: "http", Host: n.Addr(), Path: "/" + code}}
}
