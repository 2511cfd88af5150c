package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// linkColumnCount is how many values linkValues gives.
const linkColumnCount = 21

// creation is a link to insert, as version 1, and the audit's entry of it.
type creation struct {
	link  *links.Link
	entry audit.Entry
}

func (s *Store) newCreation(ctx context.Context, l *links.Link) (creation, error) {
	entry, err := audit.NewEntry(ctx, s.now().UnixMilli(), linkChange(nil, l))
	return creation{l, entry}, err
}

// insertLinks writes links with all that follows from them, and says which keys
// were free. No two may have one key. They go in the order of their keys, lest two
// callers wait for each other. block, if there is one, announces them; otherwise
// each is announced by itself.
func (s *Store) insertLinks(ctx context.Context, tx *sql.Tx, all []creation, block args) (written map[link.Key]bool, err error) {
	if s.dialect.arrays {
		return s.insertAtOnce(ctx, tx, all, block)
	}
	sortByKey(all)
	written = make(map[link.Key]bool, len(all))
	for rest := all; len(rest) > 0; {
		size := chunks(len(rest), batchChunk)[0]
		if err := s.insertChunk(ctx, tx, rest[:size], written); err != nil {
			return nil, fmt.Errorf("inserting links: %w", err)
		}
		rest = rest[size:]
	}
	all = slices.DeleteFunc(slices.Clone(all), func(c creation) bool { return !written[c.link.Key] })
	return written, s.follow(ctx, tx, all, block)
}

func sortByKey(all []creation) {
	slices.SortFunc(all, func(a, b creation) int {
		return strings.Compare(a.link.Domain+"/"+a.link.Code, b.link.Domain+"/"+b.link.Code)
	})
}

// insertAtOnce is insertLinks on a server.
func (s *Store) insertAtOnce(ctx context.Context, on querier, all []creation, block args) (written map[link.Key]bool, err error) {
	sortByKey(all)
	written = make(map[link.Key]bool, len(all))
	if len(all) == 0 {
		return written, nil
	}
	statement := s.dialect.createLinks
	if block != nil {
		statement = s.dialect.createTogether
	}
	rows, err := on.QueryContext(ctx, statement, append(createArrays(all), block...)...)
	if err == nil {
		err = eachKey(rows, func(key link.Key) { written[key] = true })
	}
	if err != nil {
		return nil, fmt.Errorf("inserting links: %w", err)
	}
	return written, nil
}

func (s *Store) insertChunk(ctx context.Context, tx *sql.Tx, chunk []creation, written map[link.Key]bool) error {
	a := make(args, 0, len(chunk)*linkColumnCount)
	for _, c := range chunk {
		a = append(a, linkValues(c.link)...)
	}
	rows, err := tx.QueryContext(ctx, `INSERT INTO links (`+linkColumns+`) VALUES `+
		s.dialect.placeholders(len(chunk), linkColumnCount, nil)+`
ON CONFLICT (domain, code) DO NOTHING RETURNING domain, code`, a...)
	if err != nil {
		return err
	}
	return eachKey(rows, func(key link.Key) { written[key] = true })
}

// follow writes what follows from links that were inserted.
func (s *Store) follow(ctx context.Context, tx *sql.Tx, all []creation, block args) error {
	if len(all) == 0 {
		return nil
	}
	entries := make([]audit.Entry, len(all))
	for i, c := range all {
		entries[i] = c.entry
	}
	announce := s.announceLinks
	if block != nil {
		announce = func(ctx context.Context, tx *sql.Tx, _ []creation) error { return s.announceBlock(ctx, tx, block) }
	}
	if err := announce(ctx, tx, all); err != nil {
		return fmt.Errorf("announcing links: %w", err)
	}
	if err := s.addEntries(ctx, tx, entries); err != nil {
		return err
	}
	return s.addTerms(ctx, tx, termsOfAll(all))
}

func (s *Store) announceLinks(ctx context.Context, tx *sql.Tx, all []creation) error {
	for _, size := range chunks(len(all), batchChunk) {
		a := make(args, 0, 5*size)
		for _, c := range all[:size] {
			a = append(a, c.link.Domain, c.link.Code, int64(c.link.Version), c.link.UpdatedAt, int64(0))
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO outbox (domain, code, version, created_at, claimed_until) VALUES `+
			s.dialect.placeholders(size, 5, nil), a...)
		if err != nil {
			return err
		}
		all = all[size:]
	}
	return nil
}

// eachKey closes rows.
func eachKey(rows *sql.Rows, use func(link.Key)) error {
	defer rows.Close()
	for rows.Next() {
		var key link.Key
		if err := rows.Scan(&key.Domain, &key.Code); err != nil {
			return err
		}
		use(key)
	}
	return rows.Err()
}
