package links

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/nlnwa/whatwg-url/url"
)

// canonical gives the one spelling of a target that browsers ask for: scheme and
// host in lower case, no default port, dots in the path resolved. What a server
// may tell apart, such as the order of parameters or a slash at the end, stays.
func canonical(target string) string {
	if readsAsWritten(target) {
		return target
	}
	parsed, err := url.Parse(target)
	if err != nil {
		return target // an old target that is not taken any more: itself only
	}
	return parsed.Href(false)
}

// fingerprint is 128 bits of the canonical form's SHA-256: two targets that
// share it are the same for all that can happen.
func fingerprint(target string) string {
	sum := sha256.Sum256([]byte(canonical(target)))
	return hex.EncodeToString(sum[:16])
}
