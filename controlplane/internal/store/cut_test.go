package store_test

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// proxy gives what is said with a given text, once, another fate: it is cut off before
// the server gets it, or after the server has answered, so that the answer is lost.
type proxy struct {
	mu      sync.Mutex
	trigger []byte        // mu; nil after it was seen
	then    postgres.Fate // mu
	cuts    atomic.Int32
}

// cutAt arms the proxy.
func (p *proxy) cutAt(text string, then postgres.Fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trigger, p.then = []byte(text), then
}

func (p *proxy) fate(said []byte) postgres.Fate {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trigger == nil || !bytes.Contains(said, p.trigger) {
		return postgres.Delivered
	}
	p.trigger = nil
	p.cuts.Add(1)
	return p.then
}

// cutCase is what happens to the write whose connection is cut.
type cutCase struct {
	name  string
	fate  postgres.Fate
	times int // that it has happened then
}

var (
	cases = []cutCase{
		{"failed, not persisted", postgres.Undelivered, 0},
		{"failed but persisted", postgres.Unheard, 1},
	}
	// CockroachDB may also say of a commit that nobody knows.
	commitCases = append(cases[:2:2],
		cutCase{"in doubt, not persisted", postgres.Undone, 0},
		cutCase{"in doubt but persisted", postgres.Doubtful, 1})
)

// onCut gives a store behind a proxy, and a second one past it that sees what
// is there.
func onCut(t *testing.T) (p *proxy, behind, direct *store.Store) {
	t.Helper()
	databaseURL := storetest.PostgreSQL(t)
	p = new(proxy)
	return p, open(t, postgres.Cut(t, databaseURL, p.fate)), open(t, databaseURL)
}

func TestConnectionCutAtCreate(t *testing.T) {
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			p, behind, direct := onCut(t)
			marker := "https://example.org/the-marker"
			p.cutAt(marker, tc.fate)
			l := &links.Link{Link: link.Link{Key: link.Key{Domain: "d", Code: "abc"}, URL: marker, Status: link.Active, Redirect: 302}, CreatedBy: "anna"}
			err := behind.CreateLink(t.Context(), l)
			if err == nil || errors.Is(err, links.ErrTaken) {
				t.Fatalf("the outcome is unknown, and the error says %v", err)
			}
			_, err = direct.ReadLink(t.Context(), l.Key)
			if persisted := err == nil; persisted != (tc.times == 1) {
				t.Fatalf("persisted: %t (%v)", persisted, err)
			}
			pending, err := direct.PendingChanges(t.Context())
			if pending != tc.times || err != nil {
				t.Errorf("%d outbox rows, want %d (%v)", pending, tc.times, err)
			}
			err = behind.CreateLink(t.Context(), l) // the pool has a new connection
			if taken := errors.Is(err, links.ErrTaken); taken != (tc.times == 1) || err != nil && !taken {
				t.Errorf("the second attempt: %v", err)
			}
			if p.cuts.Load() != 1 {
				t.Errorf("%d cuts", p.cuts.Load())
			}
		})
	}
}

func TestConnectionCutAtCommit(t *testing.T) {
	key := link.Key{Domain: "d", Code: "abc"}
	created := &links.Link{Link: link.Link{Key: key, URL: "https://example.org", Status: link.Active, Redirect: 302}}
	batch := &wire.Batch{Edge: "e", Epoch: 1, Sequence: 1, Counts: []*wire.ClickCount{{Domain: "d", Code: "abc", Minute: 1, Count: 7}}}
	shard := counter.Shard{First: 0, End: 1000}
	for _, write := range []struct {
		name string
		// do writes through the store and gives what was acknowledged.
		do func(t *testing.T, s *store.Store) error
		// times says how often the write has happened.
		times func(t *testing.T, s *store.Store) int
		again int // times after the write was done again
	}{
		{"a change", func(t *testing.T, s *store.Store) error {
			_, err := s.ChangeLink(t.Context(), key, func(*links.Link) error { return nil })
			return err
		}, func(t *testing.T, s *store.Store) int {
			l, err := s.ReadLink(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			return int(l.Version) - 1
		}, 1},
		{"a batch", func(t *testing.T, s *store.Store) error {
			_, err := s.AddBatches(t.Context(), []*wire.Batch{batch})
			return err
		}, func(t *testing.T, s *store.Store) int {
			counts, err := s.CountClicks(t.Context(), []link.Key{key})
			if err != nil {
				t.Fatal(err)
			}
			return int(counts[key].Count / 7)
		}, 0},
		{"a lease", func(t *testing.T, s *store.Store) error {
			_, err := s.LeaseShard(t.Context(), shard, counter.Lease{Length: 7, Size: 10})
			return err
		}, func(t *testing.T, s *store.Store) int {
			var n int
			query(t, s, &n, "SELECT COUNT(*) FROM range_leases")
			return n
		}, 1},
	} {
		for _, tc := range commitCases {
			t.Run(write.name+" "+tc.name, func(t *testing.T) {
				p, behind, direct := onCut(t)
				if err := direct.CreateLink(t.Context(), created); err != nil {
					t.Fatal(err)
				}
				p.cutAt("commit", tc.fate)
				if err := write.do(t, behind); err == nil {
					t.Fatal("an unknown outcome was reported as success")
				}
				if got := write.times(t, direct); got != tc.times {
					t.Fatalf("it happened %d times, want %d", got, tc.times)
				}
				if err := write.do(t, behind); err != nil {
					t.Fatal(err)
				}
				// A batch is booked once whatever happened; others happen again.
				want := max(1, tc.times+write.again)
				if got := write.times(t, direct); got != want || p.cuts.Load() != 1 {
					t.Errorf("in the end it happened %d times, want %d, with %d cuts", got, want, p.cuts.Load())
				}
			})
		}
	}
}
