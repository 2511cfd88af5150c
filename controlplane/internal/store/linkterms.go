package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// term is a row of link_terms.
type term struct {
	text      string
	createdAt int64
	key       link.Key
}

func termsOf(l *links.Link) []term {
	texts := links.Terms(l)
	all := make([]term, len(texts))
	for i, text := range texts {
		all[i] = term{text, l.CreatedAt, l.Key}
	}
	return all
}

// indexWritten adds the terms, the statement's last argument, of the link that a
// WITH clause wrote.
const indexWritten = `INSERT INTO link_terms (term, created_at, domain, code)
SELECT t.term, w.created_at, w.domain, w.code FROM written AS w, unnest(CAST($22 AS BYTEA[])) AS t (term)`

// termBytes is the statement's argument for indexWritten.
func termBytes(l *links.Link) [][]byte {
	texts := links.Terms(l)
	all := make([][]byte, len(texts))
	for i, text := range texts {
		all[i] = []byte(text)
	}
	return all
}

// termChunk bounds the rows of one statement.
const termChunk = 512

// addTermArrays takes any number of terms in four arguments, a quarter of what as
// many rows of parameters cost a server.
const addTermArrays = `INSERT INTO link_terms (term, created_at, domain, code)
SELECT * FROM unnest(CAST($1 AS BYTEA[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]), CAST($4 AS TEXT[])) ON CONFLICT DO NOTHING`

// addTerms repeats without harm what a statement before it did.
func (s *Store) addTerms(ctx context.Context, tx *sql.Tx, all []term) error {
	if s.dialect.writingCTE && len(all) > 0 {
		texts, times := make([][]byte, len(all)), make([]int64, len(all))
		domains, codes := make([]string, len(all)), make([]string, len(all))
		for i, t := range all {
			texts[i], times[i], domains[i], codes[i] = []byte(t.text), t.createdAt, t.key.Domain, t.key.Code
		}
		if _, err := tx.ExecContext(ctx, addTermArrays, texts, times, domains, codes); err != nil {
			return fmt.Errorf("indexing: %w", err)
		}
		return nil
	}
	for _, size := range chunks(len(all), termChunk) {
		a := make(args, 0, 4*size)
		for _, t := range all[:size] {
			a = append(a, []byte(t.text), t.createdAt, t.key.Domain, t.key.Code)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO link_terms (term, created_at, domain, code) VALUES `+
			s.dialect.placeholders(size, 4, nil)+` ON CONFLICT DO NOTHING`, a...)
		if err != nil {
			return fmt.Errorf("indexing: %w", err)
		}
		all = all[size:]
	}
	return nil
}

// removeTerms takes terms of one link.
func (s *Store) removeTerms(ctx context.Context, tx *sql.Tx, all []term) error {
	for _, t := range all {
		_, err := tx.ExecContext(ctx, `DELETE FROM link_terms WHERE term = $1 AND created_at = $2 AND domain = $3 AND code = $4`,
			[]byte(t.text), t.createdAt, t.key.Domain, t.key.Code)
		if err != nil {
			return fmt.Errorf("indexing: %w", err)
		}
	}
	return nil
}

// changeTerms writes the difference only: most changes leave most terms alone.
func (s *Store) changeTerms(ctx context.Context, tx *sql.Tx, before, after []term) error {
	if err := s.removeTerms(ctx, tx, without(before, after)); err != nil {
		return err
	}
	return s.addTerms(ctx, tx, without(after, before))
}

// without gives those of all that are not in others.
func without(all, others []term) []term {
	other := make(map[term]bool, len(others))
	for _, t := range others {
		other[t] = true
	}
	var rest []term
	for _, t := range all {
		if !other[t] {
			rest = append(rest, t)
		}
	}
	return rest
}

// FindTerm is links.Store's.
func (s *Store) FindTerm(ctx context.Context, text, domain string, limit int) ([]link.Key, error) {
	return findTerm(ctx, s.read, text, domain, limit)
}

// reader is a pool or a transaction.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func findTerm(ctx context.Context, r reader, text, domain string, limit int) ([]link.Key, error) {
	rows, err := r.QueryContext(ctx, `SELECT domain, code FROM link_terms WHERE term = $1 AND domain = $2
ORDER BY created_at, code LIMIT $3`, []byte(text), domain, int64(limit))
	if err != nil {
		return nil, fmt.Errorf("finding links of a term: %w", err)
	}
	defer rows.Close()
	var found []link.Key
	for rows.Next() {
		var key link.Key
		if err := rows.Scan(&key.Domain, &key.Code); err != nil {
			return nil, fmt.Errorf("finding links of a term: %w", err)
		}
		found = append(found, key)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("finding links of a term: %w", err)
	}
	return found, nil
}
