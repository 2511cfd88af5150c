package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/fingerpost/fingerpost/bench/e2e/promise"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const adminKey = "canary-admin-key-0123456789abcdef"

// options are those of a server whose requests bear a machine that stands still for
// some seconds.
func options(t *testing.T, etcd string) server.Options {
	t.Helper()
	return server.Options{
		DatabaseURL: storetest.SQLite(t), Etcd: []string{etcd},
		Addr: "127.0.0.1:0", RPCAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0",
		AdminKey: adminKey, Logger: slog.New(slog.DiscardHandler), Deadline: time.Minute,
	}
}

// start runs a server until the test ends, or until stop is called.
func start(t *testing.T, o server.Options) (s *server.Server, stop func()) {
	t.Helper()
	s, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		ctx, cancel := context.WithTimeout(context.Background(), promise.Within(10*time.Second))
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return s, stop
}

// call sends a request with a key and decodes the answer.
func call(t *testing.T, method, url, key, body string) (status int, answer map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return send(t, request, key)
}

// callNamed is a POST of the admin with an Idempotency-Key.
func callNamed(t *testing.T, url, name, body string) (status int, answer map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Idempotency-Key", name)
	return send(t, request, adminKey)
}

func send(t *testing.T, request *http.Request, key string) (status int, answer map[string]any) {
	t.Helper()
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_ = json.NewDecoder(response.Body).Decode(&answer) // ops answers in text
	return response.StatusCode, answer
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// TestWhole: a link goes from the API to the feed and to an edge's question, and
// a click from an edge to the API.
func TestWhole(t *testing.T) {
	etcd := feedtest.Start(t)
	s, _ := start(t, options(t, etcd.Endpoint()))
	urls := "http://" + s.Addr() + "/api/v1/urls"
	var made map[string]any
	eventually(t, "a revision, which tells that the feed has the link", func() bool {
		status, answer := call(t, "POST", urls, adminKey, `{"long_url":"https://example.com/a"}`)
		if status != 201 {
			t.Fatalf("status %d: %v", status, answer)
		}
		made = answer
		return made["revision"].(float64) > 0
	})
	if short := made["short_url"]; short != "http://localhost:8000/"+made["code"].(string) {
		t.Errorf("short_url %v", short)
	}

	conn, err := grpc.NewClient(s.RPCAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	code := made["code"].(string)
	resolved, err := wire.NewResolverClient(conn).Resolve(t.Context(), &wire.ResolveRequest{Domain: "localhost", Code: code})
	if err != nil || resolved.GetRecord().GetUrl() != "https://example.com/a" {
		t.Errorf("resolved %v, error %v", resolved, err)
	}
	batch := &wire.Batch{Edge: "e", Epoch: 1, Sequence: 1, Counts: []*wire.ClickCount{
		{Domain: "localhost", Code: code, Minute: time.Now().Unix() / 60, Count: 3}}}
	for _, duplicate := range []bool{false, true} {
		shipped, err := wire.NewClicksClient(conn).Ship(t.Context(), batch)
		if err != nil || shipped.GetDuplicate() != duplicate {
			t.Errorf("shipped %v, error %v", shipped, err)
		}
	}
	if _, stats := call(t, "GET", urls+"/"+code+"/stats", adminKey, ""); stats["total"] != 3.0 {
		t.Errorf("stats %v, want 3 clicks", stats)
	}
	leased, err := wire.NewRangesClient(conn).Lease(t.Context(), &wire.LeaseRequest{Writer: "w", Length: 7, Size: 1000})
	if err != nil || leased.GetSize() == 0 {
		t.Errorf("leased %v, error %v", leased, err)
	}
	if status, _ := call(t, "GET", "http://"+s.OpsAddr()+"/readyz", "", ""); status != 200 {
		t.Errorf("/readyz %d", status)
	}
	if s.AdminKey() != "" {
		t.Error("a preset key is told as a new one")
	}
}

// TestRestart: what was acknowledged is there after a restart, codes go on, and
// the admin key is made once only.
func TestRestart(t *testing.T) {
	etcd := feedtest.Start(t)
	o := options(t, etcd.Endpoint())
	o.AdminKey = ""
	s, stop := start(t, o)
	key := s.AdminKey()
	if key == "" {
		t.Fatal("no admin key was made")
	}
	seen := make(map[string]bool)
	create := func(s *server.Server) {
		t.Helper()
		status, made := call(t, "POST", "http://"+s.Addr()+"/api/v1/urls", key, `{"long_url":"https://example.com/"}`)
		if code, _ := made["code"].(string); status != 201 || seen[code] {
			t.Errorf("status %d: %v", status, made)
		} else {
			seen[code] = true
		}
	}
	for range 20 {
		create(s)
	}
	stop()
	s, _ = start(t, o)
	if s.AdminKey() != "" {
		t.Error("another admin key was made")
	}
	for range 20 {
		create(s)
	}
	for code := range seen {
		if status, answer := call(t, "GET", "http://"+s.Addr()+"/api/v1/urls/"+code, key, ""); status != 200 {
			t.Errorf("status %d: %v", status, answer)
		}
	}
}

// TestEtcdLost: writes go on without etcd, and an etcd that comes back gets the
// links that were written meanwhile, and the domains.
func TestEtcdLost(t *testing.T) {
	etcd := feedtest.Start(t)
	etcd.Stop()
	s, _ := start(t, options(t, etcd.Endpoint()))
	urls := "http://" + s.Addr() + "/api/v1/urls"
	status, made := call(t, "POST", urls, adminKey, `{"long_url":"https://example.com/","alias":"mine"}`)
	if status != 201 || made["revision"] != 0.0 {
		t.Errorf("status %d: %v", status, made)
	}
	if status, _ := call(t, "GET", "http://"+s.OpsAddr()+"/readyz", "", ""); status != 200 {
		t.Errorf("/readyz %d without etcd, which is no reason not to serve", status)
	}
	etcd.Restart()
	eventually(t, "the link is published", func() bool {
		_, read := call(t, "GET", urls+"/mine", adminKey, "")
		return read["revision"].(float64) > 0
	})
	client, err := feed.New(feed.Options{Endpoints: []string{etcd.Endpoint()}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	eventually(t, "the domain is published", func() bool {
		domains, err := client.Domains(t.Context())
		return err == nil && len(domains) == 1 && domains[0].GetName() == "localhost" && len(domains[0].GetAliases()) == 2
	})
}

// TestBadSettings: one line each, which names the setting.
func TestBadSettings(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		set  func(*server.Options)
		want []string
	}{
		"no database":       {func(o *server.Options) { o.DatabaseURL = "" }, []string{"--database-url"}},
		"database kind":     {func(o *server.Options) { o.DatabaseURL = "mysql://u:canary@h/" }, []string{"--database-url"}},
		"database down":     {func(o *server.Options) { o.DatabaseURL = "postgres://u:canary@127.0.0.1:1/x" }, []string{"unreachable at 127.0.0.1:1", "--database-url"}},
		"no such folder":    {func(o *server.Options) { o.DatabaseURL = "sqlite:/nowhere/at/all/db" }, []string{"/nowhere/at/all/db", "--database-url"}},
		"no etcd":           {func(o *server.Options) { o.Etcd = nil }, []string{"--etcd"}},
		"bad etcd":          {func(o *server.Options) { o.Etcd = []string{"127.0.0.1"} }, []string{"--etcd", "127.0.0.1"}},
		"bad domain":        {func(o *server.Options) { o.Domain = "http://go.example" }, []string{"--domain"}},
		"domain and port":   {func(o *server.Options) { o.Domain = "go.example:80" }, []string{"--domain"}},
		"bad short URL":     {func(o *server.Options) { o.ShortURL = "go.example" }, []string{"--short-url"}},
		"weak key":          {func(o *server.Options) { o.AdminKey = "canary" }, []string{"FINGERPOST_ADMIN_KEY", "openssl"}},
		"API port taken":    {func(o *server.Options) { o.Addr = taken.Addr().String() }, []string{"--addr", "taken"}},
		"RPC port taken":    {func(o *server.Options) { o.RPCAddr = taken.Addr().String() }, []string{"--rpc-addr", "taken"}},
		"ops port taken":    {func(o *server.Options) { o.OpsAddr = taken.Addr().String() }, []string{"--ops-addr", "taken"}},
		"no region's name":  {func(o *server.Options) { o.Region = "a\x00b" }, []string{"--region"}},
		"address not of us": {func(o *server.Options) { o.Addr = "nonsense" }, []string{"--addr"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, "127.0.0.1:1")
			c.set(&o)
			s, err := server.New(o)
			if err == nil {
				err = s.Start(t.Context())
			}
			if err == nil {
				t.Fatal("it starts")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q tells a secret, or has several lines", err)
			}
		})
	}
}

func TestFolderNotWritable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root writes everywhere")
	}
	o := options(t, "127.0.0.1:1")
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	o.DatabaseURL = "sqlite:" + filepath.Join(folder, "db")
	s, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "--database-url") {
		t.Errorf("error %v", err)
	}
}

// TestMetrics holds the names of the contract.
func TestMetrics(t *testing.T) {
	etcd := feedtest.Start(t)
	s, _ := start(t, options(t, etcd.Endpoint()))
	call(t, "POST", "http://"+s.Addr()+"/api/v1/urls", adminKey, `{"long_url":"https://example.com/"}`)
	call(t, "GET", "http://"+s.Addr()+"/nothing", adminKey, "")
	response, err := http.Get("http://" + s.OpsAddr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`fingerpost_control_requests_total{route="POST /api/v1/urls",status="201"} 1`,
		`fingerpost_control_requests_total{route="none",status="404"} 1`,
		`fingerpost_control_request_seconds_count{route="POST /api/v1/urls"} 1`,
		"fingerpost_control_ranges_leased_total", "fingerpost_control_outbox_pending", "fingerpost_control_outbox_publish_seconds_count",
		"fingerpost_control_batches_ingested_total", "fingerpost_control_feed_up",
	} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("metrics lack %s", want)
		}
	}
}
