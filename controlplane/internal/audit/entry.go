package audit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/netip"
)

// Actor is who makes a change. The zero Actor is the program itself.
type Actor struct {
	KeyID, UserID string
	// Address is where the request came from, behind trusted proxies.
	Address netip.Addr
}

type actorKey struct{}

// With gives a context whose changes are a's.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// Entry is one change.
type Entry struct {
	ID        string // rises with time
	Block     int64  // that seals it; 0: none yet
	At        int64  // Unix milliseconds
	KeyID     string
	UserID    string
	Address   string // "" if unknown
	Workspace string // whose thing was changed; "" if nobody's
	Action    string // such as link.update
	Subject   string // such as link go.example/autumn
	Version   uint64 // the subject's after the change; 0 if it has none
	Before    string // JSON; "" if it was not there
	After     string // JSON; "" if it is gone
}

// Change is what an Entry says of a change itself. Before and After are written
// as JSON; nil is nothing.
type Change struct {
	Workspace, Action, Subject string
	Version                    uint64
	Before, After              any
}

// NewEntry is the entry of a change that ctx's actor makes at a time, in Unix
// milliseconds.
func NewEntry(ctx context.Context, at int64, c Change) (Entry, error) {
	actor, _ := ctx.Value(actorKey{}).(Actor)
	e := Entry{
		ID: fmt.Sprintf("%012x%s", at, rand.Text()[:20]), At: at, KeyID: actor.KeyID, UserID: actor.UserID,
		Workspace: c.Workspace, Action: c.Action, Subject: c.Subject, Version: c.Version,
	}
	if actor.Address.IsValid() {
		e.Address = actor.Address.String()
	}
	for _, side := range []struct {
		value any
		text  *string
	}{{c.Before, &e.Before}, {c.After, &e.After}} {
		if side.value == nil {
			continue
		}
		text, err := json.Marshal(side.value)
		if err != nil {
			return Entry{}, fmt.Errorf("writing audit entry: %w", err)
		}
		*side.text = string(text)
	}
	return e, nil
}

// hash covers all of the entry but its block. %q keeps neighbours apart whatever
// they hold.
func (e *Entry) hash() [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%q %d %q %q %q %q %q %q %d %q %q",
		e.ID, e.At, e.KeyID, e.UserID, e.Address, e.Workspace, e.Action, e.Subject, e.Version, e.Before, e.After))
}
