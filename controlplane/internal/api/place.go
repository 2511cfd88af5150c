package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// place is where a listing other than that of links continues: behind a time and
// an id, or a history below a version.
type place struct {
	at int64
	id string
}

// sealPlace writes p as a cursor: base64url of HMAC ‖ time ‖ id. The HMAC also
// covers listing, which names the listing and its filters.
func (a *api) sealPlace(p place, listing string) *string {
	text := binary.BigEndian.AppendUint64(nil, uint64(p.at))
	text = append(text, p.id...)
	sealed := base64.RawURLEncoding.EncodeToString(append(a.signPlace(text, listing), text...))
	return &sealed
}

// openPlace is the inverse; the start for "", and an error for what sealPlace
// did not write.
func (a *api) openPlace(cursor, listing string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(sealed) < macSize+8 || !hmac.Equal(sealed[:macSize], a.signPlace(sealed[macSize:], listing)) {
		return place{}, links.Refuse("cursor", links.Bad, "is not a cursor of this listing; start again without one")
	}
	text := sealed[macSize:]
	return place{int64(binary.BigEndian.Uint64(text)), string(text[8:])}, nil
}

func (a *api) signPlace(text []byte, listing string) []byte {
	mac := hmac.New(sha256.New, a.CursorKey)
	fmt.Fprintf(mac, "place %q %q", listing, text) // links' cursors begin otherwise
	return mac.Sum(nil)[:macSize]
}

// Page is the part of a listing that is asked for.
type Page struct {
	Cursor string `query:"cursor" doc:"next_cursor of the page before, with the same filters."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most items in the answer."`
}

// items is the answer to a listing.
type items[T any] struct {
	Body struct {
		Items      []T     `json:"items" nullable:"false"`
		NextCursor *string `json:"next_cursor" doc:"Where the next page starts; null on the last one."`
	}
}

// listed makes a page of what was found: one more than limit tells whether
// there is a next page.
func listed[S, T any](found []S, limit int, show func(*S) T, next func(last *S) *string) *items[T] {
	answer := new(items[T])
	if len(found) > limit {
		found = found[:limit]
		answer.Body.NextCursor = next(&found[limit-1])
	}
	answer.Body.Items = make([]T, len(found))
	for i := range found {
		answer.Body.Items[i] = show(&found[i])
	}
	return answer
}
