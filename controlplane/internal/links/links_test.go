package links_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

func of[T any](v T) *T { return &v }

const target = "https://example.com/"

// fieldsOf lists "field code" of everything that err refuses.
func fieldsOf(err error) string {
	var bad *links.Invalid
	if !errors.As(err, &bad) {
		return fmt.Sprint(err)
	}
	texts := make([]string, len(bad.Fields))
	for i, f := range bad.Fields {
		texts[i] = f.Field + " " + f.Code
	}
	return strings.Join(texts, ", ")
}

func TestFieldsRefused(t *testing.T) {
	long := strings.Repeat("ü", 2001)
	for name, c := range map[string]struct {
		fields links.Fields
		want   string
	}{
		"A9 ttl and expires_at":    {links.Fields{TTL: of[int64](5), ExpiresAt: of(noon.UnixMilli() + 1)}, "ttl conflict"},
		"negative ttl":             {links.Fields{TTL: of[int64](-1)}, "ttl invalid"},
		"ttl overflows":            {links.Fields{TTL: of[int64](1 << 62)}, "ttl invalid"},
		"expired already":          {links.Fields{ExpiresAt: of(noon.UnixMilli())}, "expires_at past"},
		"ends before it starts":    {links.Fields{StartsAt: of(noon.UnixMilli() + 9000), TTL: of[int64](5)}, "expires_at conflict"},
		"year 10000":               {links.Fields{ExpiresAt: of[int64](253402300800000)}, "expires_at invalid"},
		"redirect":                 {links.Fields{Redirect: of(303)}, "redirect invalid"},
		"deleted":                  {links.Fields{Status: of(link.Deleted)}, "status invalid"},
		"expired URL":              {links.Fields{ExpiredURL: of("https://go.example/")}, "expired_url loop"},
		"both URLs longest":        {links.Fields{URL: of(target + strings.Repeat("x", 8000)), ExpiredURL: of(target + strings.Repeat("x", 8000))}, "expired_url too_long"},
		"title":                    {links.Fields{Title: of(long[:602])}, "title too_long"},
		"title with control":       {links.Fields{Title: of("a\nb")}, "title invalid"},
		"note":                     {links.Fields{Note: of(long)}, "note too_long"},
		"note with NUL":            {links.Fields{Note: of("a\x00")}, "note invalid"},
		"note invalid UTF-8":       {links.Fields{Note: of("\xff")}, "note invalid"},
		"21 tags":                  {links.Fields{Tags: of(strings.Split(strings.Repeat("x,", 20)+"x", ","))}, "tags too_many"},
		"bad tags":                 {links.Fields{Tags: of([]string{"", "a", "a", long[:102], "x\ty", " x"})}, "tags[0] invalid, tags[2] conflict, tags[3] too_long, tags[4] invalid, tags[5] invalid"},
		"everything that is wrong": {links.Fields{URL: of(""), Redirect: of(0), Title: of("\x7f")}, "long_url required, redirect invalid, title invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			l, store := rules(t)
			if c.fields.URL == nil {
				c.fields.URL = of(target)
			}
			_, err := l.Create(t.Context(), alice, links.Draft{Fields: c.fields})
			if got := fieldsOf(err); got != c.want {
				t.Errorf("refused for %q, want %q", got, c.want)
			}
			if len(store.all) != 0 {
				t.Error("it was stored")
			}
		})
	}
}

func TestA4Alias(t *testing.T) {
	for name, c := range map[string]struct{ alias, want string }{
		"shortest":       {"a_-", ""},
		"longest":        {strings.Repeat("x", 50), ""},
		"too short":      {"ab", "alias too_short"},
		"too long":       {strings.Repeat("x", 51), "alias too_long"},
		"slash":          {"a/b", "alias invalid"},
		"not ASCII":      {"büch", "alias invalid"},
		"dot":            {"robots.txt", "alias invalid"},
		"reserved":       {"api", "alias reserved"},
		"reserved, case": {"HealthZ", "alias reserved"},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := rules(t)
			made, err := l.Create(t.Context(), alice, links.Draft{Alias: c.alias, Fields: links.Fields{URL: of(target)}})
			if c.want != "" {
				if got := fieldsOf(err); got != c.want {
					t.Errorf("refused for %q, want %q", got, c.want)
				}
				return
			}
			if err != nil || made.Code != c.alias || !made.Custom || made.Version != 1 || made.Revision != 7 {
				t.Errorf("made %+v, error %v", made, err)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	l, _ := rules(t)
	made, err := l.Create(t.Context(), alice, links.Draft{Domain: "127.0.0.1", Fields: links.Fields{URL: of(target), TTL: of[int64](60)}})
	if err != nil {
		t.Fatal(err)
	}
	if made.Domain != "go.example" || made.Redirect != 302 || made.Status != link.Active || made.Custom || made.Tags == nil ||
		made.ExpiresAt != noon.UnixMilli()+60_000 || made.CreatedBy != "alice" {
		t.Errorf("made %+v", made)
	}
	if _, err := l.Create(t.Context(), alice, links.Draft{Domain: "other.example", Fields: links.Fields{URL: of(target)}}); fieldsOf(err) != "domain unknown" {
		t.Errorf("another domain: %v", err)
	}
}

// TestGeneratedCodeTaken: an alias in the way of a generated code costs a
// number, not the request.
func TestGeneratedCodeTaken(t *testing.T) {
	l, _ := rules(t)
	for _, alias := range []string{"c1x", "c10", "c11", "c12"} {
		if _, err := l.Create(t.Context(), alice, links.Draft{Alias: alias, Fields: links.Fields{URL: of(target)}}); err != nil {
			t.Fatal(err)
		}
	}
	seen := make(map[string]bool)
	for range 12 {
		made, err := create(t, l, target)
		if err != nil || seen[made.Code] {
			t.Fatalf("made %+v, error %v", made, err)
		}
		seen[made.Code] = true
	}
}

func TestTenants(t *testing.T) {
	l, _ := rules(t)
	bob, admin := links.Caller{ID: "bob", Workspace: "b"}, links.Caller{ID: "root", Workspace: "root", Admin: true}
	made, err := l.Create(t.Context(), alice, links.Draft{Alias: "mine", Fields: links.Fields{URL: of(target)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read(t.Context(), bob, made.Key); !errors.Is(err, links.ErrNotFound) {
		t.Errorf("bob reads: %v", err)
	}
	if _, err := l.Change(t.Context(), bob, made.Key, nil, links.Fields{Strict: of(true)}); !errors.Is(err, links.ErrNotFound) {
		t.Errorf("bob changes: %v", err)
	}
	if err := l.Delete(t.Context(), bob, made.Key, nil); !errors.Is(err, links.ErrNotFound) {
		t.Errorf("bob deletes: %v", err)
	}
	for _, who := range []links.Caller{bob, {}} {
		for _, q := range []links.Query{{Limit: 9}, {Limit: 9, CreatedBy: "alice"}} {
			if found, _, err := l.List(t.Context(), who, q); err != nil || len(found) != 0 {
				t.Errorf("%v lists %v, error %v", who, found, err)
			}
		}
	}
	if _, err := l.Read(t.Context(), admin, made.Key); err != nil {
		t.Errorf("admin reads: %v", err)
	}
}

// TestTombstone: promise 1, a code never becomes another's, also not through
// delete.
func TestTombstone(t *testing.T) {
	l, _ := rules(t)
	key := link.Key{Domain: "go.example", Code: "mine"}
	claim := func(who string) error {
		_, err := l.Create(t.Context(), links.Caller{ID: who, Workspace: who}, links.Draft{Alias: key.Code, Fields: links.Fields{URL: of(target)}})
		return err
	}
	if err := errors.Join(claim("alice"), l.Delete(t.Context(), alice, key, nil)); err != nil {
		t.Fatal(err)
	}
	if err := l.Delete(t.Context(), alice, key, nil); !errors.Is(err, links.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if err := claim("bob"); !errors.Is(err, links.ErrTaken) {
		t.Errorf("bob claims it: %v", err)
	}
	if err := claim("alice"); err != nil {
		t.Errorf("alice claims it again: %v", err)
	}
	if again, err := l.Read(t.Context(), alice, key); err != nil || again.Version != 3 {
		t.Errorf("read %+v, error %v", again, err)
	}
}

func TestChange(t *testing.T) {
	l, _ := rules(t)
	made, err := l.Create(t.Context(), alice, links.Draft{Fields: links.Fields{URL: of(target), Title: of("t"), TTL: of[int64](9), ExpiredURL: of(target)}})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := l.Change(t.Context(), alice, made.Key, links.Match{1}, links.Fields{
		Title: of(""), ExpiresAt: of[int64](0), ExpiredURL: of(""), Status: of(link.Blocked)})
	if err != nil {
		t.Fatal(err)
	}
	if changed.Title != "" || changed.ExpiresAt != 0 || changed.ExpiredURL != "" || changed.Status != link.Blocked ||
		changed.URL != target || changed.Version != 2 {
		t.Errorf("changed to %+v", changed)
	}
	if _, err := l.Change(t.Context(), alice, made.Key, links.Match{1}, links.Fields{}); !errors.Is(err, links.ErrPrecondition) {
		t.Errorf("changed from an old version: %v", err)
	}
	if _, err := l.Change(t.Context(), alice, made.Key, nil, links.Fields{URL: of("http://127.0.0.1/")}); fieldsOf(err) != "long_url loop" {
		t.Errorf("A3 by update: %v", err)
	}
}

// TestDatabaseDown: an error of the database is told apart from a refusal, and
// keeps its cause.
func TestDatabaseDown(t *testing.T) {
	l, store := rules(t)
	store.fail = errors.New("connection refused")
	_, err := create(t, l, target)
	if !errors.Is(err, links.ErrUnavailable) || !errors.Is(err, store.fail) {
		t.Errorf("create: %v", err)
	}
	if _, err := l.Read(t.Context(), alice, link.Key{}); !errors.Is(err, links.ErrUnavailable) {
		t.Errorf("read: %v", err)
	}
}

// TestBatchDatabaseDown: what follows a failure of the database is not tried.
func TestBatchDatabaseDown(t *testing.T) {
	l, store := rules(t)
	store.fail = errors.New("connection refused")
	drafts := make([]links.Draft, 2*links.BatchLinks+1)
	for i := range drafts {
		drafts[i].Fields.URL = of(target)
	}
	drafts[3].Fields.URL = of("javascript:x")
	for i, result := range l.CreateAll(t.Context(), alice, drafts, time.Minute) {
		if i == 3 {
			if fieldsOf(result.Err) != "long_url invalid" {
				t.Errorf("the bad row: %v", result.Err)
			}
		} else if !errors.Is(result.Err, links.ErrUnavailable) || result.Made != nil {
			t.Errorf("row %d: %+v", i, result)
		}
	}
	if store.batches != 1 {
		t.Errorf("the database was asked %d times", store.batches)
	}
}
