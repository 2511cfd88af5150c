package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
)

var _ audit.Store = (*Store)(nil)

const (
	entryColumns = `id, block, at, key_id, user_id, address, workspace, action, subject, version, before, after`
	// entryColumnCount is how many values entryValues gives.
	entryColumnCount = 12
	// entryChunk bounds the entries of one statement.
	entryChunk = 128
)

func entryValues(e *audit.Entry) []any {
	return []any{e.ID, e.Block, e.At, e.KeyID, e.UserID, e.Address, e.Workspace, e.Action, e.Subject, int64(e.Version), e.Before, e.After}
}

// audit adds the entries of changes to the transaction that makes them.
func (s *Store) audit(ctx context.Context, tx *sql.Tx, changes ...audit.Change) error {
	at := s.now().UnixMilli()
	entries := make([]audit.Entry, len(changes))
	for i, c := range changes {
		var err error
		if entries[i], err = audit.NewEntry(ctx, at, c); err != nil {
			return err
		}
	}
	return s.addEntries(ctx, tx, entries)
}

func (s *Store) addEntries(ctx context.Context, tx *sql.Tx, entries []audit.Entry) error {
	for _, size := range chunks(len(entries), entryChunk) {
		a := make(args, 0, size*entryColumnCount)
		for i := range entries[:size] {
			a = append(a, entryValues(&entries[i])...)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO audit_entries (`+entryColumns+`) VALUES `+
			s.dialect.placeholders(size, entryColumnCount, nil), a...)
		if err != nil {
			return fmt.Errorf("writing audit entries: %w", err)
		}
		entries = entries[size:]
	}
	return nil
}

// SealEntries is audit.Store's. The block goes first: a second sealer waits
// there for the first one's commit, and then leaves the entries to it.
func (s *Store) SealEntries(ctx context.Context, limit int, seal func(audit.Block, []audit.Entry) audit.Block) (sealed int, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		sealed = 0
		entries, err := readEntries(ctx, tx, 0, limit)
		if err != nil || len(entries) == 0 {
			return err
		}
		last, err := lastBlock(ctx, tx)
		if err != nil {
			return err
		}
		b := seal(last, entries)
		result, err := tx.ExecContext(ctx, `INSERT INTO audit_blocks (block, entries, previous, hash, sealed_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (block) DO NOTHING`, b.Number, int64(b.Entries), b.Previous[:], b.Hash[:], b.SealedAt)
		if err := wrote(result, err, errSealed); err != nil {
			return err
		}
		sealed = len(entries)
		return s.putIn(ctx, tx, b.Number, entries)
	})
	if errors.Is(err, errSealed) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("sealing audit entries: %w", err)
	}
	return sealed, nil
}

// errSealed: another sealer was first.
var errSealed = errors.New("sealed already")

// putIn notes that entries are in a block. One that another sealer has put into
// its own means that this block is void. The + 0 leads the database by the ids: by
// the block it would look through all entries for each.
func (s *Store) putIn(ctx context.Context, tx *sql.Tx, block int64, entries []audit.Entry) error {
	for _, size := range chunks(len(entries), entryChunk) {
		a := args{block}
		for i := range entries[:size] {
			a = append(a, entries[i].ID)
		}
		result, err := tx.ExecContext(ctx, `UPDATE audit_entries SET block = $1 WHERE block + 0 = 0 AND id IN (`+list(2, size)+`)`, a...)
		if err != nil {
			return err
		}
		put, err := result.RowsAffected()
		if err != nil || put != int64(size) {
			return errors.Join(err, errSealed)
		}
		entries = entries[size:]
	}
	return nil
}

// ReadBlocks is audit.Store's.
func (s *Store) ReadBlocks(ctx context.Context, after int64, limit int) ([]audit.Block, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT block, entries, previous, hash, sealed_at FROM audit_blocks
WHERE block > $1 ORDER BY block LIMIT $2`, after, int64(limit))
	if err != nil {
		return nil, fmt.Errorf("reading audit blocks: %w", err)
	}
	blocks, err := all(rows, scanBlock)
	if err != nil {
		return nil, fmt.Errorf("reading audit blocks: %w", err)
	}
	return blocks, nil
}

// LastBlock is audit.Store's.
func (s *Store) LastBlock(ctx context.Context) (audit.Block, error) {
	b, err := lastBlock(ctx, s.read)
	if err != nil {
		return audit.Block{}, fmt.Errorf("reading audit block: %w", err)
	}
	return b, nil
}

func lastBlock(ctx context.Context, q rowQuerier) (audit.Block, error) {
	b, err := scanBlock(q.QueryRowContext(ctx, `SELECT block, entries, previous, hash, sealed_at FROM audit_blocks ORDER BY block DESC LIMIT 1`))
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Block{}, nil
	}
	return b, err
}

type rowQuerier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func scanBlock(row scanner) (b audit.Block, err error) {
	var previous, hash []byte
	if err := row.Scan(&b.Number, &b.Entries, &previous, &hash, &b.SealedAt); err != nil {
		return b, err
	}
	if len(previous) != len(b.Previous) || len(hash) != len(b.Hash) {
		return b, fmt.Errorf("block %d: a hash is cut short", b.Number)
	}
	copy(b.Previous[:], previous)
	copy(b.Hash[:], hash)
	return b, nil
}

// BlockEntries is audit.Store's.
func (s *Store) BlockEntries(ctx context.Context, block int64, limit int) ([]audit.Entry, error) {
	entries, err := readEntries(ctx, s.read, block, limit)
	if err != nil {
		return nil, fmt.Errorf("reading audit entries: %w", err)
	}
	return entries, nil
}

// readEntries gives a block's entries in the order in which they are sealed,
// which is Go's and not that of a database's language.
func readEntries(ctx context.Context, q querier, block int64, limit int) ([]audit.Entry, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+entryColumns+` FROM audit_entries WHERE block = $1 ORDER BY id LIMIT $2`, block, int64(limit))
	if err != nil {
		return nil, err
	}
	entries, err := all(rows, scanEntry)
	slices.SortFunc(entries, func(a, b audit.Entry) int { return strings.Compare(a.ID, b.ID) })
	return entries, err
}

// ListEntries is audit.Store's.
func (s *Store) ListEntries(ctx context.Context, q audit.Query, limit int) ([]audit.Entry, error) {
	var a args
	where := "1 = 1"
	for _, c := range []struct{ column, value string }{
		{"workspace", q.Workspace}, {"subject", q.Subject}, {"action", q.Action}, {"user_id", q.UserID}, {"key_id", q.KeyID},
	} {
		if c.value != "" {
			where += " AND " + c.column + " = " + a.add(c.value)
		}
	}
	if q.Before != "" {
		where += " AND id < " + a.add(q.Before)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+entryColumns+` FROM audit_entries WHERE `+where+` ORDER BY id DESC LIMIT `+a.add(int64(limit)), a...)
	if err != nil {
		return nil, fmt.Errorf("listing audit entries: %w", err)
	}
	entries, err := all(rows, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("listing audit entries: %w", err)
	}
	return entries, nil
}

func scanEntry(row scanner) (e audit.Entry, err error) {
	err = row.Scan(&e.ID, &e.Block, &e.At, &e.KeyID, &e.UserID, &e.Address, &e.Workspace, &e.Action, &e.Subject, &e.Version, &e.Before, &e.After)
	return e, err
}
