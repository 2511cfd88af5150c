package store

import (
	"context"
	"fmt"
	"time"
)

// Salt is ingest.Store's.
func (s *Store) Salt(ctx context.Context, day int64, fresh []byte) (salt []byte, err error) {
	var by string
	place := fmt.Sprint("visitor_salts ", day)
	_, err = s.exec(ctx, `INSERT INTO visitor_salts (day, salt, sealed_by) VALUES ($1, $2, $3) ON CONFLICT (day) DO NOTHING`, day, s.box.Seal(place, fresh), s.box.ID())
	if err == nil {
		err = s.read.QueryRowContext(ctx, `SELECT salt, sealed_by FROM visitor_salts WHERE day = $1`, day).Scan(&salt, &by)
	}
	if err == nil {
		salt, err = s.box.Open(place, salt, by)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the salt of day %d: %w", day, err)
	}
	return salt, nil
}

// ForgetSalts is ingest.Keeper's.
func (s *Store) ForgetSalts(ctx context.Context) (more bool, err error) {
	today := s.now().Unix() / int64(24*time.Hour/time.Second)
	if _, err := s.exec(ctx, `DELETE FROM visitor_salts WHERE day < $1`, today); err != nil {
		return false, fmt.Errorf("forgetting salts: %w", err)
	}
	return false, nil
}
