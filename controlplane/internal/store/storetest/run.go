package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Run runs the suite. open gives a store on a migrated database of its own,
// closed when t ends.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	RunRaces(t, open)
	run(t, open, []linkPart{
		{"a link reads back as it was created", readsBack},
		{"many links are read at once", readsMany},
		{"a deleted code returns to its owner only", tombstones},
		{"a refused change leaves everything as it was", refusedChange},
		{"many links are created at once", batchRows},
		{"a target is found", reuse},
		{"what was created by an attempt that was cut off is found", createdBefore},
		{"every version is kept", versions},
		{"a link is renamed", renames},
		{"a listing is complete and stable", listing},
		{"a listing selects", selects},
		{"a search looks through many links", looksThrough},
		{"words of many links are found", sharedWords},
		{"terms follow a link's changes", terms},
		{"a change waits in the outbox until it is published", outboxRows},
		{"links that are created together wait in the outbox as one", outboxBlocks},
		{"a shard ends", shardEnds},
		{"keys are kept", keys},
		{"keys are listed by page", keyPages},
		{"a key is replaced", keyReplaced},
		{"a key's use is noted once a minute", keyUsed},
		{"users bound their keys", users},
		{"workspaces are kept", workspaces},
		{"the first answer stays", settleOnce},
		{"idempotency keys are forgotten", forgets},
		{"an audit entry commits with its change", auditCommits},
		{"domains' versions only rise", domains},
		{"webhooks are kept", webhooksKept},
		{"a message's last attempt counts", messagesSettled},
	})
}

// RunRaces runs the part of the suite where several want the same.
func RunRaces(t *testing.T, open func(t *testing.T) *store.Store) {
	run(t, open, []linkPart{
		{"a code is given once", givenOnce},
		{"50 claims of one alias have one winner", oneWinner},
		{"100 concurrent changes are all kept", noLostUpdate},
		{"20 who reuse one target have one link", reuseRace},
		{"a change is claimed by one", claims},
		{"ranges of concurrent lessees are disjoint", disjointRanges},
		{"an idempotency key has one winner", claimOnce},
		{"an idempotency key commits with its change", claimCommits},
		{"sealers and writers share a chain", auditSeals},
		{"a setting is decided once", settings},
		{"changes of domains wait for each other", domainChanges},
		{"a message is claimed by one", messagesClaimed},
		{"progress rises, and thresholds are found once", progressRises},
		{"migrating again changes nothing", migrateAgain},
	})
}

type linkPart struct {
	name string
	run  func(t *testing.T, s *store.Store)
}

func run(t *testing.T, open func(t *testing.T) *store.Store, parts []linkPart) {
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) { part.run(t, open(t)) })
	}
}

// timeout bounds a test's calls, so that a lock that never comes is a failure.
func timeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// sample is a link with a value in every field.
func sample(code string) *links.Link {
	return &links.Link{
		Link: link.Link{
			Key: link.Key{Domain: "go.example", Code: code},
			URL: "https://example.org/Ä?q=1%20#x'\"", Status: link.Active, Redirect: 307,
			StartsAt: 1_000, ExpiresAt: 9_000_000_000_000, ExpiredURL: "https://example.org/over",
			ForwardQuery: true, Strict: true,
		},
		Title: "Ein Titel", Note: "note\nof two lines", Tags: []string{"a b", `"quoted"`, ",", "ü"},
		Custom: true, CreatedBy: "anna", Workspace: "annas", CreatedAt: 1_700_000_000_000, UpdatedAt: 1_700_000_000_000,
	}
}

func create(t *testing.T, s *store.Store, l *links.Link) *links.Link {
	t.Helper()
	if err := s.CreateLink(timeout(t), l); err != nil {
		t.Fatal(err)
	}
	return l
}

func read(t *testing.T, s *store.Store, key link.Key) *links.Link {
	t.Helper()
	l, err := s.ReadLink(timeout(t), key)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func change(t *testing.T, s *store.Store, key link.Key, apply func(*links.Link)) *links.Link {
	t.Helper()
	l, err := s.ChangeLink(timeout(t), key, func(l *links.Link) error { apply(l); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}
