package store

import (
	"context"
	"fmt"
)

// Reseal seals what stands in the clear, or under another key than the one that
// seals now, and says how many secrets those were. Without a key it does nothing.
// Idempotent; replicas may do it at once.
func (s *Store) Reseal(ctx context.Context) (n int, err error) {
	if s.box == nil {
		return 0, nil
	}
	inTheClear := false
	for _, v := range vaults() {
		found, err := s.unsealed(ctx, v)
		if err != nil {
			return n, fmt.Errorf("looking for unsealed %s: %w", v.table, err)
		}
		for _, h := range found {
			if err := s.reseal(ctx, v, h); err != nil {
				return n, fmt.Errorf("sealing %s: %w", v.table, err)
			}
			n, inTheClear = n+1, inTheClear || h.by == ""
		}
	}
	if inTheClear && s.group != nil {
		s.scrub(ctx)
	}
	return n, nil
}

// scrub writes SQLite's file anew: what was overwritten may stand in it until its
// page is used again.
func (s *Store) scrub(ctx context.Context) {
	for _, statement := range []string{`VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if _, err := s.write.ExecContext(ctx, statement); err != nil {
			s.logger.Warn("secrets are sealed, but the file may still hold them in the clear; controlplane backup writes one that does not", "error", err)
			return
		}
	}
}

// held is a secret as it stands in a vault.
type held struct {
	id     any
	stored []byte
	by     string
}

// unsealed lists what the key that seals now has not sealed.
func (s *Store) unsealed(ctx context.Context, v vault) ([]held, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+v.id+`, `+v.secret+`, sealed_by FROM `+v.table+` WHERE sealed_by <> $1`+v.only, s.box.ID())
	if err != nil {
		return nil, err
	}
	return all(rows, func(row scanner) (h held, err error) { return h, row.Scan(&h.id, &h.stored, &h.by) })
}

func (s *Store) reseal(ctx context.Context, v vault, h held) error {
	fresh, err := s.resealed(v, h)
	if err == nil {
		_, err = s.exec(ctx, `UPDATE `+v.table+` SET `+v.secret+` = $1, sealed_by = $2 WHERE `+v.id+` = $3 AND sealed_by = $4`, fresh, s.box.ID(), h.id, h.by)
	}
	return err
}

// resealed gives what is to stand in the vault instead of h.
func (s *Store) resealed(v vault, h held) (any, error) {
	place := fmt.Sprintf("%s %v", v.table, h.id)
	if v.text {
		secret, err := s.openText(place, string(h.stored), h.by)
		return s.sealText(place, secret), err
	}
	secret, err := s.box.Open(place, h.stored, h.by)
	return s.box.Seal(place, secret), err
}
