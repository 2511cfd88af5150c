package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/outbox"
	"github.com/fingerpost/fingerpost/sync/link"
)

// blockColumns are written for links that are created together; claimed_until is 0.
const blockColumns = `id, links, size, created_at, claimed_until`

// blockOf gives the values of a block with a new id. It names all that are to be
// created, also those whose key turns out to be taken: to publish a link once more
// changes nothing.
func (s *Store) blockOf(all []creation) (id string, a args) {
	id = rand.Text()
	var names strings.Builder
	for _, c := range all {
		names.WriteString(c.link.Key.String())
		names.WriteByte(' ')
	}
	return id, args{id, names.String(), int64(len(all)), s.now().UnixMilli()}
}

func (s *Store) announceBlock(ctx context.Context, tx *sql.Tx, block args) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO outbox_blocks (`+blockColumns+`) VALUES ($1, $2, $3, $4, 0)`, block...)
	return err
}

// claimBlock is claimChanges for one block.
const claimBlock = `UPDATE outbox_blocks SET claimed_until = $3
WHERE (claimed_until <= $1 OR claimed_until > $5) AND id IN (
 SELECT id FROM outbox_blocks
 WHERE (created_at <= $2 OR created_at > $4) AND (claimed_until <= $1 OR claimed_until > $5)
 ORDER BY created_at LIMIT 1)
RETURNING id, links`

// ClaimBlock is outbox.Store's.
func (s *Store) ClaimBlock(ctx context.Context, olderThan, claimFor time.Duration) (*outbox.Block, error) {
	now := s.now()
	var block outbox.Block
	var names string
	err := retry(ctx, func(ctx context.Context) error {
		return s.write.QueryRowContext(ctx, claimBlock, now.UnixMilli(), now.Add(-olderThan).UnixMilli(),
			now.Add(claimFor).UnixMilli(), now.Add(olderThan).UnixMilli(), now.Add(2*claimFor).UnixMilli()).Scan(&block.ID, &names)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claiming links that were created together: %w", err)
	}
	for name := range strings.FieldsSeq(names) {
		domain, code, _ := strings.Cut(name, "/")
		block.Keys = append(block.Keys, link.Key{Domain: domain, Code: code})
	}
	return &block, nil
}

// ForgetBlocks is outbox.Store's.
func (s *Store) ForgetBlocks(ctx context.Context, ids []string) error {
	for _, size := range chunks(len(ids), batchChunk) {
		a := make(args, size)
		for i, id := range ids[:size] {
			a[i] = id
		}
		if _, err := s.exec(ctx, `DELETE FROM outbox_blocks WHERE id IN (`+list(1, size)+`)`, a...); err != nil {
			return fmt.Errorf("forgetting links that are published: %w", err)
		}
		ids = ids[size:]
	}
	return nil
}
