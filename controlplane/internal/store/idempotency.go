package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
)

var _ idempotency.Store = (*Store)(nil)

// claimName takes a name that is free, or expired, or this attempt's own from a
// transaction before. A second claimer waits here until the first one's
// transaction has ended, before it has done anything.
const claimName = `INSERT INTO idempotency_keys (key_id, name, fingerprint, token, subject, created_at, final, answer)
VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7)
ON CONFLICT (key_id, name) DO UPDATE SET fingerprint = excluded.fingerprint, token = excluded.token,
 subject = excluded.subject, created_at = excluded.created_at, final = FALSE, answer = excluded.answer
WHERE idempotency_keys.created_at < $8 OR idempotency_keys.token = excluded.token`

// inChange is inTx for what a client asks for: first it claims the request's
// Idempotency-Key, if there is one, so that the claim and the change commit
// together. subject says what is made, and is enough to answer again from.
func (s *Store) inChange(ctx context.Context, subject string, fn func(ctx context.Context, tx *sql.Tx) error) error {
	return s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if a := idempotency.From(ctx); a != nil {
			if err := claimAttempt(ctx, tx, a, subject); err != nil {
				return err
			}
		}
		return fn(ctx, tx)
	})
}

func claimAttempt(ctx context.Context, tx *sql.Tx, a *idempotency.Attempt, subject string) error {
	a.Waiting = true
	result, err := tx.ExecContext(ctx, claimName, a.Name.KeyID, a.Name.Hash[:], a.Fingerprint[:], a.Token, subject, a.Now, []byte{}, a.Oldest)
	if err != nil {
		return fmt.Errorf("claiming idempotency key: %w", err)
	}
	a.Waiting = false
	claimed, err := result.RowsAffected()
	if err == nil && claimed == 0 {
		a.Lost = true
		err = idempotency.ErrClaimed
	}
	return err
}

// ReadAttempt is idempotency.Store's.
func (s *Store) ReadAttempt(ctx context.Context, name idempotency.Name, oldest int64) (r idempotency.Record, err error) {
	var fingerprint []byte
	row := s.read.QueryRowContext(ctx, `SELECT fingerprint, token, subject, created_at, final, answer FROM idempotency_keys
WHERE key_id = $1 AND name = $2 AND created_at >= $3`, name.KeyID, name.Hash[:], oldest)
	err = row.Scan(&fingerprint, &r.Token, &r.Subject, &r.CreatedAt, &r.Final, &r.Answer)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return r, idempotency.ErrNotFound
	case err == nil && copy(r.Fingerprint[:], fingerprint) != len(r.Fingerprint):
		err = errors.New("its fingerprint is cut short")
	}
	if err != nil {
		return r, fmt.Errorf("reading idempotency key: %w", err)
	}
	return r, nil
}

const settleName = `INSERT INTO idempotency_keys (key_id, name, fingerprint, token, subject, created_at, final, answer)
VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7)
ON CONFLICT (key_id, name) DO UPDATE SET fingerprint = excluded.fingerprint, token = excluded.token,
 created_at = excluded.created_at, final = TRUE, answer = excluded.answer
WHERE idempotency_keys.created_at < $8 OR idempotency_keys.token = excluded.token AND NOT idempotency_keys.final`

// SettleAttempt is idempotency.Store's.
func (s *Store) SettleAttempt(ctx context.Context, name idempotency.Name, r idempotency.Record, oldest int64) (settled bool, err error) {
	rows, err := s.exec(ctx, settleName, name.KeyID, name.Hash[:], r.Fingerprint[:], r.Token, r.Subject, r.CreatedAt, r.Answer, oldest)
	if err != nil {
		return false, fmt.Errorf("settling idempotency key: %w", err)
	}
	return rows > 0, nil
}

// ForgetAttempts is idempotency.Store's.
func (s *Store) ForgetAttempts(ctx context.Context, oldest int64, limit int) (forgotten int64, err error) {
	forgotten, err = s.exec(ctx, `DELETE FROM idempotency_keys WHERE (key_id, name) IN (
 SELECT key_id, name FROM idempotency_keys WHERE created_at < $1 LIMIT $2)`, oldest, int64(limit))
	if err != nil {
		return 0, fmt.Errorf("forgetting idempotency keys: %w", err)
	}
	return forgotten, nil
}
