package visit

import (
	"strings"

	"github.com/mileusna/useragent"
)

// botMarkers are in the names of programs that call themselves Mozilla; the
// others are known by not doing so. Tested against the lists in testdata. "scan"
// and "grab" are left out on purpose: people open links with applications that
// scan codes, and with one called Grab.
const botMarkers = "bot|crawl|spider|slurp|monitor|preview|check|httpclient|headless|lighthouse|inspect|scrap|" +
	"agent|survey|favicon|synthetic|selenium|playwright|puppeteer|phantomjs|pingdom|ptst|zgrab|google-|-google|gtmetrix|externalhit"

// unnamed is a program that does not say what it is.
const unnamed = "other"

// bot gives the name of the program behind a header, empty for what people use.
// lower is the header in lower case, and as long.
func (s agents) bot(header, lower string) string {
	lower = strings.ReplaceAll(lower, "cubot", "cub0t") // a brand of telephones
	for _, m := range s.markers {
		if i := strings.Index(lower, m); i >= 0 {
			return named(word(header, i))
		}
	}
	switch {
	case strings.Contains(lower, "://"), strings.Contains(lower, "www."), compatible(lower):
		return named(useragent.Parse(header).Name)
	case people(lower):
		return ""
	default:
		return named(strings.TrimSpace(header[:strings.IndexAny(header+"/", "/(;")]))
	}
}

// compatible is whether a header claims no more than to be like a browser. Since
// Internet Explorer no browser does.
func compatible(lower string) bool {
	return strings.HasPrefix(lower, "mozilla/") && strings.Contains(lower, "compatible") && !strings.Contains(lower, "msie")
}

// people is whether a header is a browser's, or that of an application on a
// telephone. Programs elsewhere make up headers of their own.
func people(lower string) bool {
	return strings.HasPrefix(lower, "mozilla/") || strings.HasPrefix(lower, "opera/") ||
		containsAny(lower, []string{"android", "iphone", "ipad", "midp", "blackberry", "ucweb"})
}

// named is the name of a program of which no more is known than that.
func named(name string) string {
	if name = plainName(name); name == "" {
		return unnamed
	}
	return name
}

// word gives the word around a place in text.
func word(text string, at int) string {
	from := strings.LastIndexFunc(text[:at], notInName) + 1
	to := strings.IndexFunc(text[at:], notInName)
	if to < 0 {
		return text[from:]
	}
	return text[from : at+to]
}

func notInName(r rune) bool { return r == ' ' || !inName(r) }

// inName is what a program's name may be made of.
func inName(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(" .-_+!", r)
}

// plainName gives a name that can be shown and counted by, empty if s is none.
func plainName(s string) string {
	const longest = 40
	s = s[:min(len(s), longest)]
	if strings.ContainsFunc(s, func(r rune) bool { return !inName(r) }) {
		return ""
	}
	return strings.TrimSpace(s)
}
