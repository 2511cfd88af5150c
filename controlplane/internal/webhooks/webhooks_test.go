package webhooks_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Each change that was asked for arrives once, signed, made by whichever of
// three replicas; no others do, and nothing from before the subscription.
func TestLinkEvents(t *testing.T) {
	w := newWorld(t, true)
	r := newReceiver(t, status(204))
	w.create("shop", "before")
	w.seal()
	hook := w.subscribe(r.URL, webhooks.LinkCreated, webhooks.LinkDeleted, webhooks.LinkBlocked)
	r.secret = hook.Secret
	w.run(w.hooks, w.replica(true), w.replica(true))
	w.create("shop", "one")
	w.create("other", "theirs")
	w.change("one", func(l *links.Link) { l.URL = "https://example.com/two" })
	w.change("one", func(l *links.Link) { l.Status = link.Blocked })
	w.change("one", func(l *links.Link) { l.Title = "still blocked" })
	w.change("one", func(l *links.Link) { l.Status = link.Deleted })
	w.seal()
	eventually(t, "three messages", func() bool { return len(r.all()) >= 3 })
	w.create("shop", "last")
	w.seal()
	eventually(t, "the last message", func() bool { return len(r.all()) >= 4 })

	seen := make(map[string]bool)
	types := make(map[string]int)
	for _, one := range r.all() {
		if seen[one.id] || one.body.Data["workspace"] != "shop" || one.body.Data["domain"] != "go.example" || one.body.Timestamp.IsZero() {
			t.Errorf("message %+v", one)
		}
		seen[one.id] = true
		types[fmt.Sprint(one.body.Type, " ", one.body.Data["code"], " ", one.body.Data["version"])]++
	}
	for _, want := range []string{"link.created one 1", "link.blocked one 3", "link.deleted one 5", "link.created last 1"} {
		if types[want] != 1 {
			t.Errorf("%s: %d messages of %v", want, types[want], types)
		}
	}
	for _, p := range r.problems {
		t.Error(p)
	}
	if len(seen) != 4 {
		t.Errorf("messages %v", types)
	}
}

// A target that fails gets the same message again, later and later for a day;
// then it is dead, and can be sent by hand.
func TestRetries(t *testing.T) {
	w := newWorld(t, true)
	r := newReceiver(t, func(n int) int {
		if n <= 9 {
			return 500
		}
		return 200
	})
	hook := w.subscribe(r.URL, webhooks.LinkCreated)
	r.secret = hook.Secret
	w.run(w.hooks)
	w.create("shop", "one")
	w.seal()
	begun := w.clock()
	messages := func(status webhooks.Status) []webhooks.Message {
		found, err := w.hooks.Messages(t.Context(), hook.ID, status, webhooks.Place{}, 10)
		if err != nil {
			t.Error(err)
		}
		return found
	}
	for n := 1; n < 9; n++ {
		var due int64
		eventually(t, fmt.Sprint("attempt ", n), func() bool {
			pending := messages(webhooks.Pending)
			ok := len(pending) == 1 && pending[0].Attempts == n && pending[0].Problem == "answered 500"
			if ok {
				due = pending[0].DueAt
			}
			return ok
		})
		w.pass(time.UnixMilli(due).Sub(w.clock()) + time.Millisecond)
	}
	eventually(t, "a dead message", func() bool { return len(messages(webhooks.Dead)) == 1 })
	if took := w.clock().Sub(begun); took < 20*time.Hour || took > 27*time.Hour {
		t.Errorf("given up after %s", took)
	}
	dead := messages(webhooks.Dead)[0]
	w.pass(time.Hour)
	if len(r.all()) != 9 || dead.Attempts != 9 || dead.Problem != "answered 500" {
		t.Errorf("%d requests, %+v", len(r.all()), dead)
	}
	if err := w.hooks.Resend(t.Context(), hook.ID, dead.ID); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the message that is sent by hand", func() bool { return len(messages(webhooks.Sent)) == 1 })
	for _, one := range r.all() {
		if one.id != dead.ID {
			t.Errorf("message %s came as %s", dead.ID, one.id)
		}
	}
}

// A hundred targets that take their time do not hold up another, and each has one
// request at a time.
func TestSlowTargets(t *testing.T) {
	w := newWorld(t, true)
	w.within = time.Hour
	release := make(chan struct{})
	var requests atomic.Int64
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1); <-release }))
	defer slow.Close()
	defer close(release)
	w.wait(w.subscribe(slow.URL, webhooks.LinkDeleted), 10_010) // more than are looked at
	for range 99 {
		w.wait(w.subscribe(slow.URL, webhooks.LinkDeleted), 10)
	}
	r := newReceiver(t, status(200))
	quick := w.subscribe(r.URL, webhooks.LinkCreated)
	r.secret = quick.Secret
	w.run(w.replica(true))
	eventually(t, "a request to each slow target", func() bool { return requests.Load() == 100 })
	w.create("shop", "one")
	w.seal()
	eventually(t, "a message to another", func() bool { return len(r.all()) > 0 })
	w.wait(quick, 50)
	eventually(t, "more messages than one turn has", func() bool { return len(r.all()) == 51 })
	if n := requests.Load(); n != 100 {
		t.Errorf("%d requests to 100 slow targets", n)
	}
}

// wait adds messages that are due.
func (w *world) wait(hook webhooks.Webhook, n int) {
	w.t.Helper()
	all := make([]webhooks.Message, n)
	for i := range all {
		all[i] = webhooks.Message{Webhook: hook.ID, ID: fmt.Sprint("waiting ", i), Body: "{}", Status: webhooks.Pending}
	}
	if err := w.store.AddMessages(w.t.Context(), all); err != nil {
		w.t.Fatal(err)
	}
}

func TestGoneIsDead(t *testing.T) {
	w := newWorld(t, true)
	r := newReceiver(t, status(410))
	hook := w.subscribe(r.URL, webhooks.LinkCreated)
	w.run(w.hooks)
	w.create("shop", "one")
	w.seal()
	eventually(t, "a dead message", func() bool {
		dead, err := w.hooks.Messages(t.Context(), hook.ID, webhooks.Dead, webhooks.Place{}, 10)
		return err == nil && len(dead) == 1 && dead[0].Attempts == 1
	})
}

// A number of clicks is told once, by three replicas, and only to the link's own
// workspace.
func TestThresholds(t *testing.T) {
	w := newWorld(t, true)
	r := newReceiver(t, status(200))
	w.create("shop", "one")
	w.create("other", "theirs")
	for _, code := range []string{"one", "theirs"} {
		hook, err := w.hooks.Create(t.Context(), webhooks.Webhook{
			Workspace: "shop", URL: r.URL, Events: []string{webhooks.LinkClicks}, Link: link.Key{Domain: "go.example", Code: code}, Threshold: 10,
		})
		if err != nil {
			t.Fatal(err)
		}
		if code == "one" {
			r.secret = hook.Secret
		}
	}
	w.run(w.hooks, w.replica(true), w.replica(true))
	count := func(sequence, n uint64) {
		t.Helper()
		_, err := w.store.AddBatches(t.Context(), []*wire.Batch{{Edge: "e", Epoch: 1, Sequence: sequence, Digest: sequence, Counts: []*wire.ClickCount{
			{Domain: "go.example", Code: "one", Minute: 1, Count: n}, {Domain: "go.example", Code: "theirs", Minute: 1, Count: n},
		}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	count(1, 9)
	count(2, 3)
	eventually(t, "a message", func() bool { return len(r.all()) > 0 })
	count(3, 1)
	w.create("shop", "settled")
	eventually(t, "an end of messages", func() bool {
		pending, err := w.store.ReachedThresholds(t.Context(), 10)
		return err == nil && len(pending) == 0
	})
	got := r.all()
	if data := got[0].body.Data; len(got) != 1 || got[0].body.Type != webhooks.LinkClicks || data["code"] != "one" || data["threshold"] != 10.0 || data["clicks"].(float64) < 10 {
		t.Errorf("%+v", got)
	}
}

// A name may lead inside this network though its URL does not look so: what is
// dialled is refused. Nobody is followed elsewhere.
func TestInside(t *testing.T) {
	w := newWorld(t, false)
	r := newReceiver(t, status(200))
	hook := webhooks.Webhook{ID: "wh1", Workspace: "shop", URL: strings.Replace(r.URL, "127.0.0.1", "localhost", 1), Events: []string{webhooks.LinkCreated}, Secret: "whsec_AAAA"}
	if err := w.store.InsertWebhook(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	w.run(w.hooks)
	w.create("shop", "one")
	w.seal()
	eventually(t, "a refused attempt", func() bool {
		pending, err := w.hooks.Messages(t.Context(), hook.ID, webhooks.Pending, webhooks.Place{}, 10)
		return err == nil && len(pending) == 1 && strings.Contains(pending[0].Problem, "not at a public address")
	})
	if n := len(r.all()); n != 0 {
		t.Errorf("%d requests came", n)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	w := newWorld(t, true)
	target := newReceiver(t, status(200))
	redirecting := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	defer redirecting.Close()
	hook := w.subscribe(redirecting.URL, webhooks.LinkCreated)
	w.run(w.hooks)
	w.create("shop", "one")
	w.seal()
	eventually(t, "a refused redirect", func() bool {
		pending, err := w.hooks.Messages(t.Context(), hook.ID, webhooks.Pending, webhooks.Place{}, 10)
		return err == nil && len(pending) == 1 && pending[0].Problem == "answered 307"
	})
	if n := len(target.all()); n != 0 {
		t.Errorf("%d requests came", n)
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(t, false)
	clicks := []string{webhooks.LinkClicks}
	created := []string{webhooks.LinkCreated}
	for name, c := range map[string]struct {
		hook  webhooks.Webhook
		field string
	}{
		"http":                 {webhooks.Webhook{Workspace: "shop", URL: "http://example.com/", Events: created}, "url"},
		"no host":              {webhooks.Webhook{Workspace: "shop", URL: "https:///x", Events: created}, "url"},
		"another scheme":       {webhooks.Webhook{Workspace: "shop", URL: "file:///etc/passwd", Events: created}, "url"},
		"a user":               {webhooks.Webhook{Workspace: "shop", URL: "https://a:b@example.com/", Events: created}, "url"},
		"loopback":             {webhooks.Webhook{Workspace: "shop", URL: "https://127.0.0.1/", Events: created}, "url"},
		"loopback, IPv6":       {webhooks.Webhook{Workspace: "shop", URL: "https://[::1]/", Events: created}, "url"},
		"loopback, mapped":     {webhooks.Webhook{Workspace: "shop", URL: "https://[::ffff:127.0.0.1]/", Events: created}, "url"},
		"private":              {webhooks.Webhook{Workspace: "shop", URL: "https://10.1.2.3/", Events: created}, "url"},
		"link-local":           {webhooks.Webhook{Workspace: "shop", URL: "https://169.254.169.254/latest/", Events: created}, "url"},
		"shared":               {webhooks.Webhook{Workspace: "shop", URL: "https://100.64.0.1/", Events: created}, "url"},
		"NAT64":                {webhooks.Webhook{Workspace: "shop", URL: "https://[64:ff9b::a00:1]/", Events: created}, "url"},
		"6to4":                 {webhooks.Webhook{Workspace: "shop", URL: "https://[2002:a00:1::]/", Events: created}, "url"},
		"unique local":         {webhooks.Webhook{Workspace: "shop", URL: "https://[fd00::1]/", Events: created}, "url"},
		"no events":            {webhooks.Webhook{Workspace: "shop", URL: "https://example.com/"}, "events"},
		"an unknown event":     {webhooks.Webhook{Workspace: "shop", URL: "https://example.com/", Events: []string{"link.eaten"}}, "events"},
		"clicks, no number":    {webhooks.Webhook{Workspace: "shop", URL: "https://example.com/", Events: clicks, Link: link.Key{Domain: "a", Code: "b"}}, "threshold"},
		"clicks, no link":      {webhooks.Webhook{Workspace: "shop", URL: "https://example.com/", Events: clicks, Threshold: 1}, "code"},
		"a number, no clicks":  {webhooks.Webhook{Workspace: "shop", URL: "https://example.com/", Events: created, Threshold: 1}, "threshold"},
		"an unknown workspace": {webhooks.Webhook{Workspace: "nowhere", URL: "https://example.com/", Events: created}, "workspace"},
	} {
		_, err := w.hooks.Create(t.Context(), c.hook)
		var invalid access.InvalidFields
		if !errors.As(err, &invalid) || invalid[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.hooks.Create(t.Context(), webhooks.Webhook{Workspace: "shop", URL: "https://example.com/", Events: created}); err != nil {
		t.Error(err)
	}
}
