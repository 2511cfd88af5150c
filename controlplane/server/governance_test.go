package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// lockedBuffer is a log that several replicas write to.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer // mu
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// replicas starts n servers on one database and one etcd.
func replicas(t *testing.T, n int) (all []*server.Server, etcd *feedtest.Etcd, log *lockedBuffer, database string) {
	t.Helper()
	etcd, log = feedtest.Start(t), new(lockedBuffer)
	o := options(t, etcd.Endpoint())
	o.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for range n {
		s, _ := start(t, o)
		all = append(all, s)
		o.Registry = nil
	}
	return all, etcd, log, strings.TrimPrefix(o.DatabaseURL, "sqlite:")
}

// TestDomainsReachTheFeed: what one replica is told of a domain, edges and other
// replicas know without a restart, and so with its removal.
func TestDomainsReachTheFeed(t *testing.T) {
	all, etcd, _, _ := replicas(t, 2)
	client, err := feed.New(feed.Options{Endpoints: []string{etcd.Endpoint()}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	find := func(name string) *wire.Domain {
		held, err := client.Domains(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range held {
			if d.GetName() == name {
				return d
			}
		}
		return nil
	}
	urls := "http://" + all[1].Addr() + "/api/v1/urls"
	domains := "http://" + all[0].Addr() + "/api/v1/domains"
	if status, answer := call(t, "POST", domains, adminKey, `{"name":"new.example","robots":"noindex"}`); status != 201 {
		t.Fatalf("status %d: %v", status, answer)
	}
	eventually(t, "the feed has the domain", func() bool { return find("new.example").GetRobotsTag() == "noindex" })
	eventually(t, "another replica makes links on it", func() bool {
		status, _ := call(t, "POST", urls, adminKey, `{"long_url":"https://example.com/","domain":"new.example","alias":"mine"}`)
		return status == 201
	})
	if status, answer := call(t, "POST", urls, adminKey, `{"long_url":"https://new.example/"}`); status != 422 {
		t.Errorf("a loop: status %d: %v", status, answer)
	}
	call(t, "DELETE", urls+"/mine?domain=new.example", adminKey, "")
	if status, answer := call(t, "DELETE", domains+"/new.example", adminKey, ""); status != 204 {
		t.Fatalf("status %d: %v", status, answer)
	}
	eventually(t, "the feed has it no more", func() bool { return find("new.example") == nil })
	if status, _ := call(t, "POST", domains, adminKey, `{"name":"new.example"}`); status != 201 {
		t.Fatalf("status %d", status)
	}
	eventually(t, "the feed has it again", func() bool { return find("new.example").GetVersion() == 3 })
}

// TestA13EveryReplica: a key that one replica revokes, another refuses, although
// it has just taken it. That a second is enough, package access shows with a clock
// of its own.
func TestA13EveryReplica(t *testing.T) {
	all, _, _, _ := replicas(t, 2)
	base := func(i int) string { return "http://" + all[i].Addr() + "/api/v1" }
	status, made := patient(t, "POST", base(0)+"/keys", adminKey, `{"scopes":["urls:read"]}`)
	if status != 201 {
		t.Fatalf("status %d: %v", status, made)
	}
	key := made["key"].(string)
	if status, _ := patient(t, "GET", base(1)+"/urls", key, ""); status != 200 {
		t.Fatalf("a fresh key: %d", status)
	}
	if status, _ := patient(t, "DELETE", base(0)+"/keys/"+made["id"].(string), adminKey, ""); status != 204 {
		t.Fatalf("revoking: %d", status)
	}
	revoked := time.Now()
	eventually(t, "the other replica refuses the key", func() bool {
		status, _ := call(t, "GET", base(1)+"/urls", key, "")
		return status == 401
	})
	t.Logf("refused %v after", time.Since(revoked))
}

// patient is call for one who comes again when the answer is 503: two servers share
// one SQLite file, whose commits may take longer than a request waits.
func patient(t *testing.T, method, url, key, body string) (status int, answer map[string]any) {
	t.Helper()
	eventually(t, method+" "+url+" is not refused", func() bool {
		status, answer = call(t, method, url, key, body)
		return status != http.StatusServiceUnavailable
	})
	return status, answer
}

// TestA13Nowhere: canary keys are in no log line, no etcd value and not in the
// database, where only their hashes are; also not those that an answer, which is
// kept for repetitions, has shown.
func TestA13Nowhere(t *testing.T) {
	all, etcd, log, database := replicas(t, 2)
	base := "http://" + all[0].Addr() + "/api/v1"
	canaries := []string{adminKey}
	for i := range 3 {
		status, made := callNamed(t, base+"/keys", fmt.Sprint("name", i), `{"scopes":["admin"],"name":"canary"}`)
		if status != 201 {
			t.Fatalf("status %d: %v", status, made)
		}
		canaries = append(canaries, made["key"].(string))
	}
	for _, key := range canaries {
		call(t, "POST", base+"/urls", key, `{"long_url":"https://example.com/"}`)
		call(t, "POST", base+"/urls", key+"x", `{"long_url":"https://example.com/"}`)
		call(t, "POST", base+"/urls", key, `{"long_url":"`+key+`"}`)
		call(t, "GET", base+"/nothing", key, "")
	}
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{etcd.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	stored, err := client.Get(t.Context(), "", clientv3.WithPrefix())
	if err != nil || len(stored.Kvs) == 0 {
		t.Fatalf("etcd holds %d values: %v", len(stored.Kvs), err)
	}
	places := map[string]string{"the logs": log.String()}
	for _, kv := range stored.Kvs {
		places["etcd, "+string(kv.Key)] = string(kv.Value)
	}
	for _, suffix := range []string{"", "-wal"} {
		file, err := os.ReadFile(database + suffix)
		if err != nil {
			t.Fatal(err)
		}
		places["the database, "+filepath.Base(database)+suffix] = string(file)
	}
	hashes := 0
	for _, key := range canaries {
		secret := key[strings.LastIndexAny(key, "_")+1:]
		hash := sha256.Sum256([]byte(key))
		for place, text := range places {
			if strings.Contains(text, secret) || strings.Contains(text, hex.EncodeToString([]byte(secret))) {
				t.Errorf("%s hold a key", place)
			}
			if strings.HasPrefix(place, "the database") && strings.Contains(text, string(hash[:])) {
				hashes++
			}
		}
	}
	if hashes < len(canaries) {
		t.Errorf("%d hashes are in the database; this test looks at the wrong files", hashes)
	}
}
