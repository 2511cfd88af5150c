package ops_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/sync/ops"
)

func TestServer(t *testing.T) {
	defer goleak.VerifyNone(t)
	registry := prometheus.NewRegistry()
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "fingerpost_test_total", Help: "Test."})
	registry.MustRegister(counter)
	notReady := errors.New("detached for 3 s")
	var ready error
	s, err := ops.New(ops.Options{
		Addr: "127.0.0.1:0", Gatherer: registry, Ready: func() error { return ready }, Logger: slog.New(slog.DiscardHandler),
		Headers: func(h http.Header) { h.Set("X-State", "testing") },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	}()
	for _, c := range []struct {
		path   string
		ready  error
		status int
		says   string
	}{
		{"/healthz", notReady, 200, "ok"},
		{"/readyz", nil, 200, "ready"},
		{"/readyz", notReady, 503, "detached for 3 s"},
		{"/metrics", nil, 200, "fingerpost_test_total 0"},
		{"/debug/pprof/cmdline", nil, 200, "ops.test"},
		{"/nope", nil, 404, ""},
	} {
		ready = c.ready
		resp, err := http.Get("http://" + s.Addr() + c.path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != c.status || !strings.Contains(string(body), c.says) {
			t.Errorf("%s: %d %q, want %d with %q", c.path, resp.StatusCode, body, c.status, c.says)
		}
		if resp.Header.Get("X-State") != "testing" {
			t.Errorf("%s: the state's header is missing", c.path)
		}
	}
}

func TestBadOptions(t *testing.T) {
	if _, err := ops.New(ops.Options{}); err == nil {
		t.Error("empty options were taken")
	}
}
