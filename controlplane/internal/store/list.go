package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// A listing that has to look through links, because no index leads to what it
// wants, looks at lookAtOnce of them, again and again until the page is full or
// lookFor is over. What is left is left to the next page.
const (
	lookAtOnce = 2000
	lookFor    = 15 * time.Millisecond
)

// listing is one page in the making.
type listing struct {
	store  *Store
	query  links.Query
	search links.Search
	found  []*links.Link
	after  links.Cursor // everything up to here has been looked at
	full   bool         // one more than a page was found
}

// ListLinks is links.Store's. It continues by value and not by offset, so links
// that are added meanwhile shift nothing.
func (s *Store) ListLinks(ctx context.Context, q links.Query) ([]*links.Link, links.Cursor, error) {
	if q.Limit <= 0 {
		return nil, links.Cursor{}, errors.New("listing links: Limit is not above 0")
	}
	l := &listing{store: s, query: q, search: links.ParseSearch(q.Text), after: q.After, found: []*links.Link{}}
	more, err := l.run(ctx)
	switch {
	case err != nil:
		return nil, links.Cursor{}, fmt.Errorf("listing links: %w", err)
	case !more:
		return l.found, links.Cursor{}, nil
	}
	return l.found, l.after, nil
}

// run fills the page by the way that leads there soonest.
func (l *listing) run(ctx context.Context) (more bool, err error) {
	step := l.walk
	switch {
	case l.query.Tag != "":
		step = l.walkTag
	case l.query.Text == "":
		step = l.page
	case l.search.Word != "":
		keys, few, err := l.rareKeys(ctx)
		if err != nil {
			return false, err
		}
		if few {
			err = l.readKeys(ctx, keys)
			return l.full, err
		}
	}
	return l.repeat(ctx, step)
}

// repeat takes step after step until the page is full, nothing is left, or it
// has taken long enough.
func (l *listing) repeat(ctx context.Context, step func(context.Context) (ended bool, err error)) (more bool, err error) {
	for start := l.store.now(); ; {
		ended, err := step(ctx)
		switch {
		case err != nil:
			return false, err
		case l.full:
			return true, nil
		case ended:
			return false, nil
		case l.store.now().Sub(start) > lookFor:
			return true, nil
		}
	}
}

// take adds a link that was looked at, unless it is not wanted or the page is
// full.
func (l *listing) take(found *links.Link) {
	if l.full {
		return
	}
	if l.wants(found) {
		if len(l.found) == l.query.Limit {
			l.full = true
			return
		}
		l.found = append(l.found, found)
	}
	l.after = links.Cursor{CreatedAt: found.CreatedAt, Key: found.Key}
}

func (l *listing) wants(found *links.Link) bool {
	q := &l.query
	return (q.Status == found.Status || q.Status == 0 && found.Status != link.Deleted) &&
		(q.Domain == "" || q.Domain == found.Domain) &&
		(q.Workspace == "" || q.Workspace == found.Workspace) &&
		(q.CreatedBy == "" || q.CreatedBy == found.CreatedBy) &&
		(q.Tag == "" || slices.Contains(found.Tags, q.Tag)) && l.search.Matches(found)
}

// page reads a page that needs no looking through.
func (l *listing) page(ctx context.Context) (ended bool, err error) {
	var a args
	where := append(l.conditions(&a), l.behind(&a)...)
	return true, l.read(ctx, fmt.Sprintf("%sFROM links WHERE %s %s LIMIT %s",
		selectLinks, strings.Join(where, " AND "), l.ordered(), a.add(int64(l.query.Limit)+1)), &a)
}

// walk looks through the next links for a text.
func (l *listing) walk(ctx context.Context) (ended bool, err error) {
	var a args
	where := append(l.conditions(&a), l.behind(&a)...)
	row := l.store.read.QueryRowContext(ctx, fmt.Sprintf("SELECT %s FROM links WHERE %s %s LIMIT 1 OFFSET %d",
		place, strings.Join(where, " AND "), l.ordered(), lookAtOnce-1), a...)
	last, ended, err := scanPlace(row)
	if err != nil {
		return false, err
	}
	if !ended {
		where = append(where, l.compare(&a, upTo, last))
	}
	where = append(where, l.needle(&a)...)
	err = l.read(ctx, fmt.Sprintf("%sFROM links WHERE %s %s", selectLinks, strings.Join(where, " AND "), l.ordered()), &a)
	if !ended && !l.full {
		l.after = last
	}
	return ended, err
}

// needle lets the database leave out most of what Matches would.
func (l *listing) needle(a *args) []string {
	if l.search.Needle == "" {
		return nil
	}
	text := "LOWER(CAST(" + a.add(l.search.Needle) + " AS TEXT))"
	var either []string
	for _, column := range []string{"code", "url", "title", "tags"} {
		either = append(either, fmt.Sprintf("%s(LOWER(%s), %s) > 0", l.store.dialect.position, column, text))
	}
	return []string{"(" + strings.Join(either, " OR ") + ")"}
}

// read takes the links of a query until the page is full.
func (l *listing) read(ctx context.Context, query string, a *args) error {
	rows, err := l.store.read.QueryContext(ctx, query, *a...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for !l.full && rows.Next() {
		found, err := scanLink(rows)
		if err != nil {
			return err
		}
		l.take(found)
	}
	return rows.Err()
}
