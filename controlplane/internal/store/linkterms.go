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

// termChunk bounds the rows of one statement.
const termChunk = 512

// addTerms repeats without harm what a statement before it did.
func (s *Store) addTerms(ctx context.Context, tx *sql.Tx, all []term) error {
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

func findTerm(ctx context.Context, r querier, text, domain string, limit int) ([]link.Key, error) {
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
