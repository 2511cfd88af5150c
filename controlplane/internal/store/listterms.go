package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

const (
	// A word is rare if the codes of the links that the index has for it are at most
	// rareBytes, some 10,000 of the usual length: they are read and sorted in a few
	// milliseconds. Links with a word that is not rare are met soon enough by looking
	// through all.
	rareBytes = 80_000
	// readAtOnce bounds the links of one statement, and tagsAtOnce the entries of
	// a tag that are looked at before time is looked at.
	readAtOnce = 128
	tagsAtOnce = 1000
)

// afterText comes, as bytes, after everything that UTF-8 can go on with.
const afterText = "\xff"

// rareKeys gives, in the listing's order, the places of all links with a word
// that starts with the search's; few is false if there are too many.
func (l *listing) rareKeys(ctx context.Context) (keys []links.Cursor, few bool, err error) {
	var a args
	within := fmt.Sprintf("term >= %s AND term < %s", a.add([]byte(l.search.Word)), a.add([]byte(l.search.Word+afterText)))
	var rows, bytes int
	row := l.store.read.QueryRowContext(ctx, fmt.Sprintf(
		"SELECT COUNT(*), CAST(COALESCE(SUM(LENGTH(code)), 0) AS BIGINT) FROM (SELECT code FROM link_terms WHERE %s LIMIT %d) AS probe",
		within, rareBytes/link.MinLength), a...)
	if err := row.Scan(&rows, &bytes); err != nil || rows == rareBytes/link.MinLength || bytes > rareBytes {
		return nil, false, err
	}
	lists, err := l.places(ctx, fmt.Sprintf("SELECT %s FROM link_terms WHERE %s", place, within), a)
	return l.inOrder(lists), true, err
}

// inOrder gives the places behind the listing's, each once, of rows that may be lists.
func (l *listing) inOrder(lists []links.Cursor) []links.Cursor {
	keys := make([]links.Cursor, 0, len(lists))
	for _, list := range lists {
		for code := range strings.FieldsSeq(list.Key.Code) {
			at := links.Cursor{CreatedAt: list.CreatedAt, Key: link.Key{Domain: list.Key.Domain, Code: code}}
			if l.after == (links.Cursor{}) || l.compareTo(at, l.after) > 0 {
				keys = append(keys, at)
			}
		}
	}
	slices.SortFunc(keys, l.compareTo)
	return slices.Compact(keys)
}

// walkTag looks at the next links that carry the tag.
func (l *listing) walkTag(ctx context.Context) (ended bool, err error) {
	var a args
	where := append([]string{"term = " + a.add([]byte(links.TagTerm(l.query.Tag)))}, l.behind(&a)...)
	if l.query.Domain != "" {
		where = append(where, "domain = "+a.add(l.query.Domain))
	}
	keys, err := l.places(ctx, fmt.Sprintf("SELECT %s FROM link_terms WHERE %s %s LIMIT %d",
		place, strings.Join(where, " AND "), l.ordered(), tagsAtOnce), a)
	if err != nil {
		return false, err
	}
	return len(keys) < tagsAtOnce, l.readKeys(ctx, keys)
}

func (l *listing) places(ctx context.Context, query string, a args) ([]links.Cursor, error) {
	rows, err := l.store.read.QueryContext(ctx, query, a...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []links.Cursor
	for rows.Next() {
		var at links.Cursor
		if err := rows.Scan(&at.CreatedAt, &at.Key.Domain, &at.Key.Code); err != nil {
			return nil, err
		}
		all = append(all, at)
	}
	return all, rows.Err()
}

// readKeys takes the links at keys, which are in order, until the page is full.
func (l *listing) readKeys(ctx context.Context, keys []links.Cursor) error {
	for len(keys) > 0 && !l.full {
		n := min(len(keys), readAtOnce)
		if err := l.readChunk(ctx, keys[:n]); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// readChunk takes links in the order of places.
func (l *listing) readChunk(ctx context.Context, places []links.Cursor) error {
	keys := make([]link.Key, len(places))
	for i, at := range places {
		keys[i] = at.Key
	}
	all, err := l.store.ReadLinks(ctx, keys)
	if err != nil {
		return err
	}
	found := make(map[link.Key]*links.Link, len(all))
	for _, one := range all {
		found[one.Key] = one
	}
	for _, at := range places {
		if one := found[at.Key]; one != nil {
			l.take(one)
		}
	}
	return nil
}
