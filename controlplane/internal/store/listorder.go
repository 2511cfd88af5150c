package store

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// place is what listings are ordered by.
const place = "created_at, domain, code"

// ordered is the ORDER BY of the listing.
func (l *listing) ordered() string {
	direction := "DESC"
	if l.query.Order == links.OldestFirst {
		direction = "ASC"
	}
	return fmt.Sprintf("ORDER BY created_at %[1]s, domain %[1]s, code %[1]s", direction)
}

// compareTo says, as < 0, 0 or > 0, whether x comes before y in the listing.
func (l *listing) compareTo(x, y links.Cursor) int {
	order := cmp.Or(cmp.Compare(x.CreatedAt, y.CreatedAt), strings.Compare(x.Key.Domain, y.Key.Domain), strings.Compare(x.Key.Code, y.Key.Code))
	if l.query.Order == links.OldestFirst {
		return order
	}
	return -order
}

// side of a place in a listing.
type side int

const (
	behind side = iota // after it
	upTo               // before it, or it
)

// compare is the condition that a row is on one side of at.
func (l *listing) compare(a *args, s side, at links.Cursor) string {
	operator := map[side]string{behind: "<", upTo: ">="}[s]
	if l.query.Order == links.OldestFirst {
		operator = map[side]string{behind: ">", upTo: "<="}[s]
	}
	return fmt.Sprintf("(%s) %s (%s, %s, %s)", place, operator, a.add(at.CreatedAt), a.add(at.Key.Domain), a.add(at.Key.Code))
}

// behind is the condition that continues the listing.
func (l *listing) behind(a *args) []string {
	if l.after == (links.Cursor{}) {
		return nil
	}
	return []string{l.compare(a, behind, l.after)}
}

// conditions select from links. Statuses stand there as numbers, not as
// parameters, so that the database sees when the index of the few that are not
// active will do.
func (l *listing) conditions(a *args) []string {
	q := &l.query
	var where []string
	switch q.Status {
	case 0:
		where = append(where, "status <> "+number(link.Deleted))
	case link.Active:
		where = append(where, "status = "+number(link.Active))
	default:
		where = append(where, "status = "+number(q.Status), "status <> "+number(link.Active))
	}
	if q.Domain != "" {
		where = append(where, "domain = "+a.add(q.Domain))
	}
	if q.Workspace != "" {
		where = append(where, "workspace = "+a.add(q.Workspace))
	}
	if q.CreatedBy != "" {
		where = append(where, "created_by = "+a.add(q.CreatedBy))
	}
	return where
}

func number(s link.Status) string { return strconv.Itoa(int(s)) }

// scanPlace reads a place; none is true if there is no row.
func scanPlace(row *sql.Row) (at links.Cursor, none bool, err error) {
	err = row.Scan(&at.CreatedAt, &at.Key.Domain, &at.Key.Code)
	if errors.Is(err, sql.ErrNoRows) {
		return at, true, nil
	}
	return at, false, err
}
