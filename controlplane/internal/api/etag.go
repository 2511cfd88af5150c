package api

import (
	"strconv"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// etag is a link's version as an entity tag.
func etag(version uint64) string { return `"` + strconv.FormatUint(version, 10) + `"` }

// match reads If-Match (RFC 9110, section 13.1.1). What is no tag of ours, weak
// tags among them, matches nothing.
func match(header string) links.Match {
	header = strings.TrimSpace(header)
	if header == "" || header == "*" {
		return nil
	}
	versions := links.Match{}
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		version, err := strconv.ParseUint(strings.Trim(tag, `"`), 10, 64)
		if err == nil && tag == etag(version) {
			versions = append(versions, version)
		}
	}
	return versions
}
