package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func hook(id, workspace string) webhooks.Webhook {
	return webhooks.Webhook{
		ID: id, Workspace: workspace, URL: "https://example.org/" + id, Events: []string{"link.clicks", "link.created"}, Secret: "whsec_secret",
		Link: link.Key{Domain: "go.example", Code: id}, Threshold: 5, AfterBlock: 7, CreatedAt: 1_700_000_000_000,
	}
}

func subscribe(t *testing.T, s *store.Store, w webhooks.Webhook) {
	t.Helper()
	if err := s.InsertWebhook(timeout(t), w); err != nil {
		t.Fatal(err)
	}
}

// webhooksKept: they read back as they were made, by workspace and page, leave no
// secret in the audit, and take their messages with them.
func webhooksKept(t *testing.T, s *store.Store) {
	for _, w := range []webhooks.Webhook{hook("a", "annas"), hook("b", "annas"), hook("c", "berts")} {
		subscribe(t, s, w)
	}
	got, err := s.Webhook(timeout(t), "a")
	if want := hook("a", "annas"); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v (%v), want %+v", got, err, want)
	}
	ids := func(workspace string, after webhooks.Place, limit int) (all string) {
		found, err := s.Webhooks(timeout(t), workspace, after, limit)
		if err != nil {
			t.Error(err)
		}
		for _, w := range found {
			all += w.ID
		}
		return all
	}
	if all, annas, second := ids("", webhooks.Place{}, 10), ids("annas", webhooks.Place{}, 10), ids("", webhooks.Place{At: 1_700_000_000_000, ID: "a"}, 1); all != "abc" || annas != "ab" || second != "b" {
		t.Errorf("listed %q, %q and %q", all, annas, second)
	}
	addMessages(t, s, "a", 2)
	if err := s.DeleteWebhook(timeout(t), "a"); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteWebhook(timeout(t), "a"); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if _, err := s.Webhook(timeout(t), "a"); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("read when deleted: %v", err)
	}
	if left := messages(t, s, "a", ""); len(left) != 0 {
		t.Errorf("messages %+v", left)
	}
	for _, e := range audited(t, s, audit.Query{Subject: "webhook a"}) {
		if e.Workspace != "annas" || strings.Contains(e.Before+e.After, "whsec_") {
			t.Errorf("entry %+v", e)
		}
	}
}

func addMessages(t *testing.T, s *store.Store, webhook string, n int) {
	t.Helper()
	var all []webhooks.Message
	for i := range n {
		all = append(all, webhooks.Message{
			Webhook: webhook, ID: fmt.Sprintf("m%03d", i), Event: "link.created", Body: `{"ü":1}`, Status: webhooks.Pending, CreatedAt: int64(i),
		})
	}
	if err := s.AddMessages(timeout(t), all); err != nil {
		t.Fatal(err)
	}
}

func messages(t *testing.T, s *store.Store, webhook string, status webhooks.Status) []webhooks.Message {
	t.Helper()
	found, err := s.Messages(timeout(t), webhook, status, webhooks.Place{At: -1}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// messagesClaimed: a message that is added twice is one; each is claimed by one
// of many, and again when the claim has run out. No webhook takes all of a claim.
func messagesClaimed(t *testing.T, s *store.Store) {
	subscribe(t, s, hook("a", "annas"))
	addMessages(t, s, "a", 100)
	addMessages(t, s, "a", 100)
	addMessages(t, s, "gone", 3)
	var mu sync.Mutex
	claimed := make(map[string]int)
	together(8, func(int) {
		for range 10 {
			taken, err := s.ClaimMessages(timeout(t), time.Hour, 7, 7, nil)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			for _, c := range taken {
				claimed[c.ID]++
				if c.Attempts != 1 || c.URL != "https://example.org/a" || c.Secret != "whsec_secret" || c.Body != `{"ü":1}` {
					t.Errorf("claimed %+v", c)
				}
			}
			mu.Unlock()
		}
	})
	for id, n := range claimed {
		if n != 1 {
			t.Errorf("%s was claimed %d times", id, n)
		}
	}
	if len(claimed) != 100 || len(messages(t, s, "gone", "")) != 0 {
		t.Errorf("%d claimed", len(claimed))
	}
	addMessages(t, s, "a", 101)
	for attempt := 1; attempt <= 2; attempt++ {
		taken, err := s.ClaimMessages(timeout(t), -time.Hour, 10, 10, nil)
		if err != nil || len(taken) != 1 || taken[0].ID != "m100" || taken[0].Attempts != attempt {
			t.Errorf("attempt %d: %+v (%v)", attempt, taken, err)
		}
	}
	subscribe(t, s, hook("b", "annas"))
	addMessages(t, s, "a", 110)
	addMessages(t, s, "b", 5)
	taken, err := s.ClaimMessages(timeout(t), time.Hour, 10, 3, nil)
	shares := make(map[string]int)
	for _, c := range taken {
		shares[c.Webhook]++
	}
	if err != nil || len(taken) != 6 || shares["a"] != 3 || shares["b"] != 3 {
		t.Errorf("shared out: %v (%v)", shares, err)
	}
	for _, busy := range [][]string{{"a"}, {"c", "a"}} {
		if taken, err := s.ClaimMessages(timeout(t), time.Hour, 10, 1, busy); err != nil || len(taken) != 1 || taken[0].Webhook != "b" {
			t.Errorf("with %q busy: %+v (%v)", busy, taken, err)
		}
	}
}

// messagesSettled: an attempt that was overtaken changes nothing, what is dead can
// be sent again, and what is old is forgotten.
func messagesSettled(t *testing.T, s *store.Store) {
	subscribe(t, s, hook("a", "annas"))
	addMessages(t, s, "a", 1)
	var claims []webhooks.Message
	for range 2 {
		taken, err := s.ClaimMessages(timeout(t), -time.Hour, 1, 1, nil)
		if err != nil || len(taken) != 1 {
			t.Fatal(taken, err)
		}
		claims = append(claims, taken[0].Message)
	}
	settle := func(m webhooks.Message, status webhooks.Status) {
		t.Helper()
		m.Status, m.SettledAt, m.Problem = status, 5, "answered 500"
		if err := s.SettleMessage(timeout(t), m); err != nil {
			t.Fatal(err)
		}
	}
	settle(claims[0], webhooks.Sent)
	if got := messages(t, s, "a", webhooks.Pending); len(got) != 1 {
		t.Errorf("an overtaken attempt settled: %+v", messages(t, s, "a", ""))
	}
	settle(claims[1], webhooks.Dead)
	addMessages(t, s, "a", 1)
	if got := messages(t, s, "a", webhooks.Dead); len(got) != 1 || got[0].Problem != "answered 500" || got[0].SettledAt != 5 {
		t.Errorf("dead: %+v", got)
	}
	if err := s.ResendMessage(timeout(t), "a", "none"); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("sending again what is not there: %v", err)
	}
	if err := s.ResendMessage(timeout(t), "a", "m000"); err != nil {
		t.Fatal(err)
	}
	taken, err := s.ClaimMessages(timeout(t), time.Hour, 1, 1, nil)
	if err != nil || len(taken) != 1 || taken[0].Attempts != 1 {
		t.Fatalf("sent again: %+v (%v)", taken, err)
	}
	settle(taken[0].Message, webhooks.Sent)
	for want, before := range []int64{5, 6} {
		if n, err := s.ForgetMessages(timeout(t), webhooks.Sent, before, 10); err != nil || n != want {
			t.Errorf("%d forgotten before %d (%v)", n, before, err)
		}
	}
}

// progressRises, and thresholds are found once, in the right workspace.
func progressRises(t *testing.T, s *store.Store) {
	for _, step := range []struct{ set, want int64 }{{3, 3}, {9, 9}, {4, 9}} {
		if err := s.SetProgress(timeout(t), step.set); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Progress(timeout(t)); err != nil || got != step.want {
			t.Errorf("progress %d after %d (%v)", got, step.set, err)
		}
	}
	create(t, s, sample("news"))
	subscribe(t, s, hook("news", "annas"))
	theirs := hook("news", "berts")
	theirs.ID = "theirs"
	subscribe(t, s, theirs)
	for _, step := range []struct {
		clicks uint64
		want   string
	}{{3, "[]"}, {6, "[news 6]"}} {
		_, err := s.AddBatches(timeout(t), []*wire.Batch{{Edge: "e", Epoch: 1, Sequence: step.clicks, Digest: 1, Counts: []*wire.ClickCount{
			{Domain: "go.example", Code: "news", Minute: 1, Count: 3}}}})
		if err != nil {
			t.Fatal(err)
		}
		found, err := s.ReachedThresholds(timeout(t), 10)
		var got []any
		for _, r := range found {
			got = append(got, r.ID, r.Clicks)
		}
		if err != nil || fmt.Sprint(got) != step.want {
			t.Errorf("reached with %d clicks: %v (%v)", step.clicks, got, err)
		}
	}
	if err := s.SettleThreshold(timeout(t), "news"); err != nil {
		t.Fatal(err)
	}
	if found, err := s.ReachedThresholds(timeout(t), 10); err != nil || len(found) != 0 {
		t.Errorf("reached again: %+v (%v)", found, err)
	}
}
