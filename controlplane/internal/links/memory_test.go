package links_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// memory is the least Store that the rules can be tested on. What a real Store
// must do beyond it is package storetest's matter.
type memory struct {
	links.Store // nil: the rest is not called
	mu          sync.Mutex
	all         map[link.Key]links.Link // mu
	fail        error                   // answered by every call if set
	batches     int                     // mu; calls of CreateLinks
	takes       time.Duration           // by each of them
	cut         []bool                  // mu; of the next of them, which fail: whether they have happened
}

var errCut = errors.New("the connection is cut")

func (m *memory) CreateLink(_ context.Context, l *links.Link) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, held := m.all[l.Key]
	switch {
	case m.fail != nil:
		return m.fail
	case held && (old.Status != link.Deleted || old.Workspace != l.Workspace):
		return links.ErrTaken
	}
	l.Version = old.Version + 1
	m.all[l.Key] = *l
	return nil
}

func (m *memory) ReadLink(_ context.Context, key link.Key) (*links.Link, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, held := m.all[key]
	switch {
	case m.fail != nil:
		return nil, m.fail
	case !held:
		return nil, links.ErrNotFound
	}
	return &found, nil
}

func (m *memory) ChangeLink(_ context.Context, key link.Key, change func(*links.Link) error) (*links.Link, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, held := m.all[key]
	switch {
	case m.fail != nil:
		return nil, m.fail
	case !held:
		return nil, links.ErrNotFound
	}
	if err := change(&found); err != nil {
		return nil, err
	}
	found.Version++
	m.all[key] = found
	return &found, nil
}

func (m *memory) ListLinks(_ context.Context, q links.Query) ([]*links.Link, links.Cursor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []*links.Link
	for _, l := range m.all {
		if (q.CreatedBy == "" || q.CreatedBy == l.CreatedBy) && (q.Workspace == "" || q.Workspace == l.Workspace) {
			found = append(found, &l)
		}
	}
	slices.SortFunc(found, func(a, b *links.Link) int { return cmp.Compare(a.Code, b.Code) })
	return found[:min(len(found), q.Limit)], links.Cursor{}, m.fail
}

// CreateLinks knows no reuse but of what an attempt before has made.
func (m *memory) CreateLinks(ctx context.Context, all []links.Entry) ([]links.Outcome, string, error) {
	m.mu.Lock()
	m.batches++
	var cut []bool
	if len(m.cut) > 0 {
		cut, m.cut = m.cut[:1], m.cut[1:]
	}
	m.mu.Unlock()
	time.Sleep(m.takes)
	if len(cut) > 0 && !cut[0] {
		return nil, "", errCut
	}
	outcomes := make([]links.Outcome, len(all))
	for i, entry := range all {
		made := *entry.Link
		if err := m.CreateLink(ctx, &made); errors.Is(err, links.ErrTaken) {
			outcomes[i].Err = err
			if held, _ := m.ReadLink(ctx, made.Key); entry.Again && held.URL == made.URL {
				outcomes[i] = links.Outcome{Existing: held}
			}
		} else if err != nil {
			return nil, "", err
		}
	}
	if len(cut) > 0 {
		return nil, "", errCut
	}
	for i, entry := range all {
		if outcomes[i] == (links.Outcome{}) {
			entry.Link.Version = 1
		}
	}
	return outcomes, "", nil
}

func (m *memory) FindTerm(_ context.Context, term, domain string, limit int) ([]link.Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []link.Key
	for key, l := range m.all {
		if key.Domain == domain && slices.Contains(links.Terms(&l), term) {
			found = append(found, key)
		}
	}
	return found[:min(len(found), limit)], m.fail
}

// decimal mints 1, 2, … and writes them as they are, after a letter.
type decimal struct{ next uint64 }

func (d *decimal) Mint(_ context.Context, length int) (uint64, int, error) {
	d.next++
	return d.next, length, nil
}
func (d *decimal) Encode(id uint64) string { return "c" + strconv.FormatUint(id, 10) }

// silent is a feed that takes everything at revision 7.
type silent struct{}

func (silent) Publish(_ context.Context, _ string, committed []*links.Link) {
	for _, l := range committed {
		l.Revision = 7
	}
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func rules(t testing.TB) (*links.Links, *memory) {
	t.Helper()
	store := &memory{all: make(map[link.Key]links.Link)}
	domains := new(links.Domains)
	domains.Set([]*wire.Domain{
		{Name: "go.example", Aliases: []string{"127.0.0.1", "[::1]"}},
		{Name: "xn--bcher-kva.example"},
	})
	minter := new(decimal)
	l, err := links.New(links.Options{
		Store: store, Minter: minter, Codes: minter, Publisher: silent{}, Domains: domains,
		Domain: "go.example", Now: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	return l, store
}
