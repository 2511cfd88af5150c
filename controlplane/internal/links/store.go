package links

import (
	"context"
	"errors"

	"github.com/fingerpost/fingerpost/sync/link"
)

// What a Store answers with, wrapped or bare.
var (
	// ErrNotFound: no link ever had this key.
	ErrNotFound = errors.New("no such link")
	// ErrTaken: the key belongs to a link already, or did, to another owner.
	ErrTaken = errors.New("code is taken")
)

// Link is a link as its owner sees it: what edges serve, and what is kept
// beside it.
type Link struct {
	link.Link
	Title, Note string
	// Tags is never nil in what a Store answers.
	Tags []string
	// Custom says that a person chose the code.
	Custom bool
	// Revision is the feed's revision of this version's last publish; 0 until it
	// is known.
	Revision int64
	// CreatedBy is the id of the user (of the API key, until users come) who
	// made the link. A deleted link's key is given to nobody else.
	CreatedBy string
	// Workspace is the tenant that the link belongs to.
	Workspace string
	// UpdatedBy is who made this version.
	UpdatedBy string
	// CreatedAt and UpdatedAt are Unix milliseconds. UpdatedAt never falls from
	// one version to the next, whatever the clocks do.
	CreatedAt, UpdatedAt int64
}

// Entry is a link to create.
type Entry struct {
	Link *Link
	// Reuse asks for the owner's link in the same domain that redirects to the
	// same target already, if there is one.
	Reuse bool
	// Again says that an attempt that was cut off may have created the link: its code,
	// which is nobody else's, may be taken by itself.
	Again bool
}

// Outcome is what became of an Entry: it was created if both are nil.
type Outcome struct {
	Existing *Link // what was found instead
	Err      error // ErrTaken
}

// Order is the direction of a listing, by time of creation.
type Order uint8

// The orders. Links of one millisecond are ordered by domain and code, in the
// same direction, so that a listing has one order only.
const (
	NewestFirst Order = iota
	OldestFirst
)

// Query selects links for a listing. Empty fields select everything.
type Query struct {
	Domain    string
	Status    link.Status // 0: every link but the deleted
	Workspace string      // links of this tenant
	CreatedBy string
	Tag       string // links that carry this tag
	Text      string // what ParseSearch reads
	Order     Order
	Limit     int    // most links to answer with; above 0
	After     Cursor // continue behind this link
}

// Cursor is a place in a listing: the last link that was looked at. The zero
// Cursor is the start.
type Cursor struct {
	CreatedAt int64
	Key       link.Key
}

// Store is where links are kept. Every method gives up when ctx ends; an error
// that is neither of the sentinels nor one of change's means that the database
// could not answer, and leaves open whether a write has happened.
type Store interface {
	// CreateLink inserts l as version 1 together with its outbox row, in one
	// transaction, and sets l.Version. A deleted link's key is given again to
	// the same Workspace only, with the next version; every other holder means
	// ErrTaken. Durable when it returns nil. Not idempotent.
	CreateLink(ctx context.Context, l *Link) error
	// CreateLinks does what CreateLink does for many, in one transaction, in
	// which a key that is taken fails alone. Of several callers that reuse one
	// target, one creates and the others find what it created. block is how the
	// outbox names them together, for the Publisher. An error means that nothing was
	// created, or that it is open.
	CreateLinks(ctx context.Context, all []Entry) (outcomes []Outcome, block string, err error)
	// ReadLink reads strongly. Tombstones are answered too. ErrNotFound if the
	// key never existed. Safe to retry.
	ReadLink(ctx context.Context, key link.Key) (*Link, error)
	// ChangeLink reads the link, applies change and writes the result with the
	// next version, the time and an outbox row, in one transaction, and keeps the
	// version before. change may run several times, each time on a fresh copy; its
	// error leaves everything as it was and is returned as it is (wrapped). Not
	// idempotent.
	ChangeLink(ctx context.Context, key link.Key, change func(*Link) error) (*Link, error)
	// RenameLink is ChangeLink for a change that gives the link another code, in
	// one transaction: the code before keeps a tombstone, and both versions rise.
	// ErrTaken as in CreateLink.
	RenameLink(ctx context.Context, key link.Key, change func(*Link) error) (renamed, left *Link, err error)
	// ListLinks lists what q selects, and the place to continue from: the zero
	// Cursor at the end. A page may be short, or empty, although more follows,
	// where few of very many links match. Links added meanwhile do not disturb the
	// order. Safe to retry.
	ListLinks(ctx context.Context, q Query) ([]*Link, Cursor, error)
	// FindTerm gives up to limit keys in domain that Terms gives term for.
	FindTerm(ctx context.Context, term, domain string, limit int) ([]link.Key, error)
	// ListVersions gives up to limit versions of a link below before, the newest
	// first, its present one among them. Empty if the key never existed.
	ListVersions(ctx context.Context, key link.Key, before uint64, limit int) ([]*Link, error)
	// VersionAt gives the version that was in force at a moment, in Unix
	// milliseconds; ErrNotFound if there was none yet.
	VersionAt(ctx context.Context, key link.Key, at int64) (*Link, error)
}
