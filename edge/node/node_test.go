package node_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/promise"
	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func options(t *testing.T) node.Options {
	return node.Options{
		ID: "edge-1", Region: "here", Addr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0",
		Control: []string{"127.0.0.1:1"}, Etcd: []string{"127.0.0.1:1"},
		Data: filepath.Join(t.TempDir(), "data"), Logger: slog.New(slog.DiscardHandler),
	}
}

func start(t *testing.T, o node.Options) *node.Node {
	t.Helper()
	n, err := node.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}

func stop(t *testing.T, n *node.Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), promise.Within(5*time.Second))
	defer cancel()
	if err := n.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// answer is what a GET gets, without following.
func answer(t *testing.T, url string) (status int, text string) {
	t.Helper()
	client := http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true},
		Timeout:       10 * time.Second,
	}
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, r.Header.Get("Location") + string(body)
}

// until polls: nothing here says when it will have happened, only by when.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never happened: ", what)
		}
	}
}

// TestLife takes one edge through its life: attached, a miss, a change, a
// creation after a 404, a silent feed, a stop with clicks still to ship.
func TestLife(t *testing.T) {
	etcd, plane := feedtest.Start(t), startPlane(t)
	client, err := feed.New(feed.Options{Endpoints: []string{etcd.Endpoint()}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	feedtest.PublishDomain(t, client, &wire.Domain{Name: "localhost", Version: 1, Aliases: []string{"127.0.0.1"}})
	publish := func(r *wire.Record) {
		t.Helper()
		plane.commit(r)
		feedtest.Publish(t, client, r)
	}

	o := options(t)
	o.Control, o.Etcd = []string{plane.addr}, []string{etcd.Endpoint()}
	n := start(t, o)
	edge, ops := "http://"+n.Addr(), "http://"+n.OpsAddr()
	ready, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := n.WaitReady(ready); err != nil {
		t.Fatal(err)
	}
	if status, text := answer(t, ops+"/readyz"); status != 200 {
		t.Errorf("/readyz: %d %s", status, text)
	}

	publish(record("code", 1, "https://t.example/1"))
	if status, to := answer(t, edge+"/code"); status != 302 || to != "https://t.example/1" {
		t.Errorf("a miss: %d %s", status, to)
	}
	publish(record("code", 2, "https://t.example/2"))
	until(t, "the change answers", func() bool {
		_, to := answer(t, edge+"/code")
		return to == "https://t.example/2"
	})
	if status, _ := answer(t, edge+"/later"); status != 404 {
		t.Errorf("an unknown code: %d", status)
	}
	publish(record("later", 1, "https://t.example/later"))
	until(t, "the creation undoes the 404", func() bool {
		status, _ := answer(t, edge+"/later")
		return status == 302
	})
	until(t, "the edge is announced", func() bool {
		edges, err := client.Edges(t.Context())
		return err == nil && len(edges) == 1 && edges[0].GetId() == "edge-1" && edges[0].GetAddress() == n.Addr()
	})

	etcd.Stop()
	until(t, "the edge calls itself detached", func() bool {
		status, text := answer(t, ops+"/readyz")
		return status == 503 && strings.Contains(text, "detached")
	})
	if status, to := answer(t, edge+"/code"); status != 302 || to != "https://t.example/2" {
		t.Errorf("detached: %d %s", status, to)
	}
	etcd.Restart()
	until(t, "the edge is attached again", func() bool {
		status, _ := answer(t, ops+"/readyz")
		return status == 200
	})

	_, metrics := answer(t, ops+"/metrics")
	stop(t, n)
	if booked := plane.booked(); !strings.Contains(metrics, "fingerpost_edge_clicks_recorded_total "+itoa(booked)+"\n") {
		t.Errorf("%d clicks were booked; the metrics say otherwise", booked)
	}
}

// An edge starts with nothing else up, says so, and stops at once.
func TestNothingElseUp(t *testing.T) {
	n := start(t, options(t))
	if status, _ := answer(t, "http://"+n.Addr()+"/code"); status != 503 {
		t.Errorf("answered %d before any domain is known", status)
	}
	if status, text := answer(t, "http://"+n.OpsAddr()+"/readyz"); status != 503 || !strings.Contains(text, "etcd") {
		t.Errorf("/readyz: %d %s", status, text)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := n.WaitReady(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("WaitReady: %v", err)
	}
	stop(t, n)
}

func TestBadSettings(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		change  func(*node.Options)
		setting string
	}{
		"id":              {func(o *node.Options) { o.ID = "a b" }, "ID"},
		"address":         {func(o *node.Options) { o.Addr = "nonsense" }, "Addr"},
		"port taken":      {func(o *node.Options) { o.Addr = taken.Addr().String() }, "Addr"},
		"ops port taken":  {func(o *node.Options) { o.OpsAddr = taken.Addr().String() }, "OpsAddr"},
		"no control":      {func(o *node.Options) { o.Control = nil }, "Control"},
		"bad control":     {func(o *node.Options) { o.Control = []string{"x"} }, "Control"},
		"no etcd":         {func(o *node.Options) { o.Etcd = nil }, "Etcd"},
		"no data":         {func(o *node.Options) { o.Data = "" }, "Data"},
		"bad data":        {func(o *node.Options) { o.Data = "/dev/null/x" }, "Data"},
		"tiny cache":      {func(o *node.Options) { o.CacheBytes = 1 }, "CacheBytes"},
		"tiny larder":     {func(o *node.Options) { o.LarderBytes = 1 }, "LarderBytes"},
		"tiny spool":      {func(o *node.Options) { o.Clicks.SpoolBytes = 1 }, "SpoolBytes"},
		"slow sync":       {func(o *node.Options) { o.Clicks.SpoolSync = -1 }, "SpoolSync"},
		"no country file": {func(o *node.Options) { o.Clicks.CountryDB = "/nowhere" }, "CountryDB"},
		"max-stale":       {func(o *node.Options) { o.MaxStale = -1 }, "MaxStale"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			o.Public.Drain = 3 * time.Second // is for visitors; a start that fails has none to wait for
			c.change(&o)
			n, err := node.New(o)
			if err == nil {
				err = n.Start(t.Context())
			}
			var s *node.SettingError
			if !errors.As(err, &s) || s.Setting != c.setting || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want one about %s alone", err, c.setting)
			}
		})
	}
}
