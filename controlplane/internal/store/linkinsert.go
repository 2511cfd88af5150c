package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// linkColumnCount is how many values linkValues gives.
const linkColumnCount = 21

// insert writes the links with the indexes given, with their terms and outbox
// rows, and says which keys were free.
func (b *batch) insert(ctx context.Context, indexes []int) (written map[link.Key]bool, err error) {
	written = make(map[link.Key]bool, len(indexes))
	var terms []term
	var created []*links.Link
	for _, size := range chunks(len(indexes), batchChunk) {
		chunk := indexes[:size]
		indexes = indexes[size:]
		keys, err := b.insertChunk(ctx, chunk)
		if err != nil {
			return nil, fmt.Errorf("inserting links: %w", err)
		}
		if err := b.announce(ctx, keys); err != nil {
			return nil, fmt.Errorf("announcing links: %w", err)
		}
		for _, i := range chunk {
			if key := b.fresh[i].Key; slices.Contains(keys, key) && !written[key] {
				written[key] = true
				terms = append(terms, termsOf(&b.fresh[i])...)
				created = append(created, &b.fresh[i])
			}
		}
	}
	if err := b.store.auditLinks(ctx, b.tx, created...); err != nil {
		return nil, err
	}
	// Sorted, one batch touches each page of the index once.
	slices.SortFunc(terms, func(x, y term) int { return strings.Compare(x.text, y.text) })
	return written, b.store.addTerms(ctx, b.tx, terms)
}

// insertChunk gives the keys that were free. The same key twice in one statement
// is refused the second time, like one that is in the table.
func (b *batch) insertChunk(ctx context.Context, chunk []int) (keys []link.Key, err error) {
	a := make(args, 0, len(chunk)*linkColumnCount)
	for _, i := range chunk {
		a = append(a, linkValues(&b.fresh[i])...)
	}
	rows, err := b.tx.QueryContext(ctx, `INSERT INTO links (`+linkColumns+`) VALUES `+
		b.store.dialect.placeholders(len(chunk), linkColumnCount, nil)+`
ON CONFLICT (domain, code) DO NOTHING RETURNING domain, code`, a...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key link.Key
		if err := rows.Scan(&key.Domain, &key.Code); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, rows.Err()
}

func (b *batch) announce(ctx context.Context, keys []link.Key) error {
	now := b.store.now().UnixMilli()
	for _, size := range chunks(len(keys), batchChunk) {
		a := make(args, 0, 5*size)
		for _, key := range keys[:size] {
			a = append(a, key.Domain, key.Code, int64(1), now, int64(0))
		}
		_, err := b.tx.ExecContext(ctx, `INSERT INTO outbox (domain, code, version, created_at, claimed_until) VALUES `+
			b.store.dialect.placeholders(size, 5, nil), a...)
		if err != nil {
			return err
		}
		keys = keys[size:]
	}
	return nil
}

// eachLink closes rows.
func eachLink(rows *sql.Rows, use func(*links.Link)) error {
	defer rows.Close()
	for rows.Next() {
		l, err := scanLink(rows)
		if err != nil {
			return err
		}
		use(l)
	}
	return rows.Err()
}

// qualified puts a table's name before each column of a list.
func qualified(table, columns string) string {
	names := strings.Split(columns, ",")
	for i, name := range names {
		names[i] = table + "." + strings.TrimSpace(name)
	}
	return strings.Join(names, ", ")
}
