package links

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"github.com/fingerpost/fingerpost/sync/link"
)

// The codes of a Warning.
const (
	MixedScripts = "mixed_scripts"
	// Circle marks a link that was made before its target became one of our own
	// domains.
	Circle    = "loop"
	LooksLike = "looks_like"
)

// Warning is what a person should look at before the link is handed out. It
// refuses nothing.
type Warning FieldError

// scripts are those whose letters are mistaken for each other. Japanese and
// Korean names mix theirs rightly, so they are not here.
func scripts() map[string]*unicode.RangeTable {
	return map[string]*unicode.RangeTable{
		"Latin": unicode.Latin, "Cyrillic": unicode.Cyrillic, "Greek": unicode.Greek,
		"Armenian": unicode.Armenian, "Cherokee": unicode.Cherokee, "Hebrew": unicode.Hebrew, "Arabic": unicode.Arabic,
	}
}

// warnHost warns if a part of the host of target, which is stored as A-label,
// mixes scripts: the sign of a name made to be mistaken for another.
func warnHost(field, target string) []Warning {
	host := hostOf(target)
	if !strings.Contains(host, "xn--") {
		return nil
	}
	shown, err := idna.Display.ToUnicode(host)
	if err != nil {
		return nil
	}
	for label := range strings.SplitSeq(shown, ".") {
		if mixed := scriptsOf(label); len(mixed) > 1 {
			return []Warning{{field, MixedScripts,
				fmt.Sprintf("has a host, %q, that mixes letters of %s; it may imitate another", shown, strings.Join(mixed, " and "))}}
		}
	}
	return nil
}

// hostOf is the host of a stored target, in lower case, without its port.
func hostOf(target string) string {
	_, rest, _ := strings.Cut(target, "://")
	authority, _ := cut(rest, "/?#")
	host, _, err := splitPort(authority)
	if err != nil {
		return ""
	}
	return strings.ToLower(host)
}

// scriptsOf lists the scripts of a label's letters, in the order in which they
// come.
func scriptsOf(label string) []string {
	var found []string
	all := scripts()
	seen := make(map[string]bool)
	for _, r := range label {
		for name, table := range all {
			if unicode.Is(table, r) && !seen[name] {
				seen[name] = true
				found = append(found, name)
			}
		}
	}
	return found
}

// warn collects the warnings about made.
func (l *Links) warn(ctx context.Context, made *Link) []Warning {
	warnings := append(warnHost("long_url", made.URL), warnHost("expired_url", made.ExpiredURL)...)
	if !made.Custom {
		return warnings
	}
	similar, err := l.Store.FindTerm(ctx, ShapeTerm(made.Code), made.Domain, maxSimilar)
	if err != nil {
		return warnings // a warning that cannot be had must not fail what is done
	}
	for _, key := range similar {
		if key.Code != made.Code {
			return append(warnings, l.lookalike(ctx, made, key))
		}
	}
	return warnings
}

// maxSimilar bounds the look at aliases of one shape: one other is enough.
const maxSimilar = 2

// lookalike names the alias that made is mistaken for only to those whose it is:
// on a domain that tenants share, they would read each other's from warnings.
func (l *Links) lookalike(ctx context.Context, made *Link, key link.Key) Warning {
	shown := "another alias"
	if other, err := l.Store.ReadLink(ctx, key); err == nil && other.Workspace == made.Workspace {
		shown = strconv.Quote(key.Code)
	}
	return Warning{"alias", LooksLike, fmt.Sprintf("is easily mistaken for %s, which exists", shown)}
}

// Circles warns about a link whose target is one of our own domains by now,
// which none was when it was made.
func (l *Links) Circles(made *Link) []Warning {
	var warnings []Warning
	for _, t := range []struct{ field, target string }{{"long_url", made.URL}, {"expired_url", made.ExpiredURL}} {
		if _, ours := l.Domains.Name(hostOf(t.target)); ours {
			warnings = append(warnings, Warning{t.field, Circle, errLoop.Error()})
		}
	}
	return warnings
}
