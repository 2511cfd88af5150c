package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// term is a row of link_terms. Its key's code may be several, with spaces between,
// of links that were made at once and share a word: most of what bulk creates would
// write is the words of one campaign again and again. Lists are never changed: a word
// leads to candidates, each of which is looked at again. The build before does not
// read lists, and finds these links by their tags and targets only.
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

// listLength bounds the codes of a list: the longest are 50 bytes, and all are part of
// a key, of which PostgreSQL takes 2,704 bytes.
const listLength = 40

// termsOfAll gives the rows of links that are made at once, in the order of their
// index: so a statement touches each of its pages once.
func termsOfAll(all []creation) []term {
	var rows []term
	lists := make(map[term][]string) // the codes of a row to come
	for _, c := range all {
		for _, t := range termsOf(c.link) {
			if !links.IsWord(t.text) {
				rows = append(rows, t)
				continue
			}
			code := t.key.Code
			t.key.Code = ""
			if lists[t] = append(lists[t], code); len(lists[t]) == listLength {
				rows = append(rows, t.of(lists[t]))
				delete(lists, t)
			}
		}
	}
	for t, codes := range lists {
		rows = append(rows, t.of(codes))
	}
	slices.SortFunc(rows, compareTerms)
	return rows
}

// of is the row of a word that links with these codes share.
func (t term) of(codes []string) term {
	t.key.Code = strings.Join(codes, " ")
	return t
}

func compareTerms(x, y term) int {
	return cmp.Or(strings.Compare(x.text, y.text), cmp.Compare(x.createdAt, y.createdAt),
		strings.Compare(x.key.Domain, y.key.Domain), strings.Compare(x.key.Code, y.key.Code))
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
