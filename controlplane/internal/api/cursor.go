package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// macSize is how much of the HMAC is kept: 128 bits are beyond guessing.
const macSize = 16

// A cursor is base64url of HMAC ‖ time ‖ domain ‖ NUL ‖ code. The HMAC also
// covers the listing's filters, so a cursor is good for its own listing only.

// sealCursor writes the place c in the listing that q selects; "" for the end.
func (a *api) sealCursor(c links.Cursor, q links.Query) string {
	if c == (links.Cursor{}) {
		return ""
	}
	place := binary.BigEndian.AppendUint64(nil, uint64(c.CreatedAt))
	place = append(place, c.Key.Domain+"\x00"+c.Key.Code...)
	return base64.RawURLEncoding.EncodeToString(append(a.sign(place, q), place...))
}

// openCursor is the inverse; ok is false for what sealCursor did not write.
func (a *api) openCursor(text string, q links.Query) (c links.Cursor, ok bool) {
	if text == "" {
		return links.Cursor{}, true
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) < macSize+8 {
		return links.Cursor{}, false
	}
	mac, place := sealed[:macSize], sealed[macSize:]
	if !hmac.Equal(mac, a.sign(place, q)) {
		return links.Cursor{}, false
	}
	domain, code, _ := strings.Cut(string(place[8:]), "\x00")
	return links.Cursor{
		CreatedAt: int64(binary.BigEndian.Uint64(place)),
		Key:       link.Key{Domain: domain, Code: code},
	}, true
}

func (a *api) sign(place []byte, q links.Query) []byte {
	mac := hmac.New(sha256.New, a.CursorKey)
	// %q keeps neighbouring fields apart whatever they hold.
	fmt.Fprintf(mac, "%q %d %q %q %q %d %q", q.Domain, q.Status, q.CreatedBy, q.Tag, q.Text, q.Order, place)
	return mac.Sum(nil)[:macSize]
}
