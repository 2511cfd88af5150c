package transfer

import "strings"

// column is what a row can say of a link.
type column string

const (
	longURL      column = "long_url"
	code         column = "code"
	shortURL     column = "short_url"
	domain       column = "domain"
	title        column = "title"
	note         column = "note"
	tags         column = "tags"
	status       column = "status"
	redirect     column = "redirect"
	startsAt     column = "starts_at"
	expiresAt    column = "expires_at"
	expiredURL   column = "expired_url"
	forwardQuery column = "forward_query"
	strict       column = "strict"
	createdAt    column = "created_at"
	ignored      column = ""
)

// columnOf knows a column by its name, in any case and with any separators.
// Beside our own names stand those of
//   - Bitly's export and API: Bitlink, Link, Long URL, Title, Tags, Created, created_at, long_url
//   - YOURLS's export: keyword, url, title, timestamp, ip, clicks
//   - Kutt's API and export: address, target, description, domain, link, created_at, expire_in, visit_count
//   - Shlink's export, import and API: shortCode, shortUrl, longUrl, title, tags, domain, createdAt,
//     dateCreated, validSince, validUntil, visits
//
// What is not listed, such as counts of clicks, is left behind.
func columnOf(name string) column {
	plain := strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(strings.TrimSpace(name)))
	switch plain {
	case "longurl", "url", "target", "destination", "originalurl", "destinationurl", "longlink":
		return longURL
	case "code", "alias", "keyword", "shortcode", "address", "backhalf", "slug":
		return code
	case "shorturl", "bitlink", "link", "shortlink", "customlink", "custombitlink":
		return shortURL
	case "domain":
		return domain
	case "title":
		return title
	case "note", "description", "comment":
		return note
	case "tags", "tag":
		return tags
	case "status":
		return status
	case "redirect":
		return redirect
	case "startsat", "validsince":
		return startsAt
	case "expiresat", "expirein", "validuntil":
		return expiresAt
	case "expiredurl":
		return expiredURL
	case "forwardquery":
		return forwardQuery
	case "strict":
		return strict
	case "createdat", "created", "timestamp", "datecreated", "creationdate":
		return createdAt
	}
	return ignored
}
