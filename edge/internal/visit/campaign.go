package visit

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// campaign is what the utm_ parameters of a link that was passed on say.
type campaign struct{ source, medium, name string }

// longestValue bounds a parameter's value in bytes, when it is decoded.
const longestValue = 100

// tagged gives the part of a query that may have parameters of a campaign,
// empty if there are none, which is the rule.
func tagged(query []byte) []byte {
	if i := bytes.Index(query, []byte("utm_")); i >= 0 {
		return query[bytes.LastIndexByte(query[:i], '&')+1:]
	}
	return nil
}

// readCampaign reads a query. Of a parameter that comes twice the first counts.
func readCampaign(query string) (c campaign) {
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		var into *string
		switch name {
		case "utm_source":
			into = &c.source
		case "utm_medium":
			into = &c.medium
		case "utm_campaign":
			into = &c.name
		default:
			continue
		}
		if *into == "" {
			*into = decoded(value)
		}
	}
	return c
}

// decoded gives a parameter's value as people wrote it, cut if it is long.
// Empty if it is not text.
func decoded(value string) string {
	text, err := url.QueryUnescape(value)
	if err != nil || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return ""
	}
	for len(text) > longestValue {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return strings.TrimSpace(text)
}
