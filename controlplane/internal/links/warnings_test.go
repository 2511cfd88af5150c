package links_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

func codesOf(warnings []links.Warning) string {
	var texts []string
	for _, w := range warnings {
		texts = append(texts, w.Field+" "+w.Code)
	}
	return strings.Join(texts, ", ")
}

func TestA2MixedScripts(t *testing.T) {
	for name, c := range map[string]struct{ target, want string }{
		"Latin":                    {"https://bücher.de/", ""},
		"Cyrillic alone":           {"https://пример.example/", ""},
		"Cyrillic a in Latin":      {"https://pаypal.com/", "long_url mixed_scripts"},
		"the same as an A-label":   {"https://xn--pypal-4ve.com/", "long_url mixed_scripts"},
		"Greek o in Latin":         {"https://gοogle.com/", "long_url mixed_scripts"},
		"Japanese mixes rightly":   {"https://日本ごカタ.jp/", ""},
		"scripts of several parts": {"https://пример.com/", ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := rules(t)
			made, err := create(t, l, c.target)
			if err != nil {
				t.Fatal(err)
			}
			if got := codesOf(made.Warnings); got != c.want {
				t.Errorf("warned of %q, want %q", got, c.want)
			}
		})
	}
}

func TestLookalikes(t *testing.T) {
	l, _ := rules(t)
	add := func(alias string) *links.Made {
		t.Helper()
		made, err := l.Create(t.Context(), alice, links.Draft{Alias: alias, Fields: links.Fields{URL: of(target)}})
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	for _, c := range []struct{ alias, want string }{
		{"paypal", ""}, {"PayPa1", "alias looks_like"}, {"modern", ""}, {"rnodern", "alias looks_like"},
		{"sale-2026", ""}, {"sa1e_Z0Z6", "alias looks_like"}, {"other", ""},
	} {
		if got := codesOf(add(c.alias).Warnings); got != c.want {
			t.Errorf("%s: warned of %q, want %q", c.alias, got, c.want)
		}
	}
}

// TestLookalikesOfOtherTenants: one tenant's alias is not read from the warnings
// of another on the domain that they share.
func TestLookalikesOfOtherTenants(t *testing.T) {
	l, _ := rules(t)
	warned := func(by links.Caller, alias string) string {
		t.Helper()
		made, err := l.Create(t.Context(), by, links.Draft{Alias: alias, Fields: links.Fields{URL: of(target)}})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(made.Warnings)
	}
	warned(alice, "paypal")
	if own := warned(alice, "PayPaI"); !strings.Contains(own, `"paypal"`) {
		t.Errorf("her own: %s", own)
	}
	if told := warned(links.Caller{ID: "bob", Workspace: "other"}, "PayPa1"); !strings.Contains(told, links.LooksLike) || strings.Contains(strings.ToLower(told), "paypa") {
		t.Errorf("another's: %s", told)
	}
}

func TestA4Offensive(t *testing.T) {
	l, _ := rules(t)
	for alias, want := range map[string]string{
		"shit": "alias offensive", "Big-SH1T": "alias offensive", "s_h_i_t": "alias offensive",
		"scunthorpe": "", "class": "", "grape": "", "cockpit": "",
		"poster-7175": "", "7175": "", "71-75": "", "71T5": "alias offensive", "my-t1t5": "alias offensive",
	} {
		_, err := l.Create(t.Context(), alice, links.Draft{Alias: alias, Fields: links.Fields{URL: of(target)}})
		if want == "" && err != nil || want != "" && fieldsOf(err) != want {
			t.Errorf("%s: %v, want %q", alias, err, want)
		}
	}
	if got := fmt.Sprint(links.ReadWords("# none\n Foo \n\nbar baz # two\n")); got != "[foo bar baz]" {
		t.Errorf("read %s", got)
	}
}

// TestA3TwoUpdates: two links that are turned towards each other at once. Either
// change would be harmless alone if the other had not happened, so both are
// refused, whatever the order.
func TestA3TwoUpdates(t *testing.T) {
	l, store := rules(t)
	for _, alias := range []string{"one", "two"} {
		if _, err := l.Create(t.Context(), alice, links.Draft{Alias: alias, Fields: links.Fields{URL: of(target)}}); err != nil {
			t.Fatal(err)
		}
	}
	var both sync.WaitGroup
	for from, to := range map[string]string{"one": "two", "two": "one"} {
		both.Go(func() {
			_, err := l.Change(t.Context(), alice, link.Key{Domain: "go.example", Code: from}, nil, links.Fields{URL: of("https://GO.example.:443/" + to)})
			if fieldsOf(err) != "long_url loop" {
				t.Errorf("%s to %s: %v", from, to, err)
			}
		})
	}
	both.Wait()
	for key, l := range store.all {
		if l.URL != target {
			t.Errorf("%s leads to %s", key, l.URL)
		}
	}
}
