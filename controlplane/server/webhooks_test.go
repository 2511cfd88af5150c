package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/sync/feedtest"
)

// A change at one replica is told to a webhook that was made at another, once.
func TestWebhooks(t *testing.T) {
	var mu sync.Mutex
	var got []string
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Header.Get("webhook-id")+" "+string(body))
	}))
	defer target.Close()
	o := options(t, feedtest.Start(t).Endpoint())
	o.PrivateWebhooks = true
	one, _ := start(t, o)
	o.Registry = nil
	other, _ := start(t, o)
	if status, made := call(t, "POST", "http://"+one.Addr()+"/api/v1/webhooks", adminKey, `{"url":"`+target.URL+`","events":["link.created"]}`); status != 201 {
		t.Fatalf("status %d: %v", status, made)
	}
	for _, alias := range []string{"first", "second"} {
		if status, made := call(t, "POST", "http://"+other.Addr()+"/api/v1/urls", adminKey, `{"long_url":"https://example.com/","alias":"`+alias+`"}`); status != 201 {
			t.Fatalf("status %d: %v", status, made)
		}
	}
	messages := func() []string { mu.Lock(); defer mu.Unlock(); return got }
	eventually(t, "both messages come", func() bool { return len(messages()) >= 2 })
	all := strings.Join(messages(), "\n")
	if len(messages()) != 2 || !strings.Contains(all, `"first"`) || !strings.Contains(all, `"second"`) || !strings.HasPrefix(all, "msg_") {
		t.Errorf("messages %s", all)
	}
}
