package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Setting reads the setting name, or stores what initial gives and answers with
// it. When several replicas start at once, all get what the first one stored.
// Idempotent.
func (s *Store) Setting(ctx context.Context, name string, initial func() ([]byte, error)) ([]byte, error) {
	value, err := s.readSetting(ctx, name)
	if !errors.Is(err, sql.ErrNoRows) {
		return value, wrapSetting(name, err)
	}
	if value, err = initial(); err != nil {
		return nil, wrapSetting(name, err)
	}
	_, err = s.exec(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, value)
	if err != nil {
		return nil, wrapSetting(name, err)
	}
	value, err = s.readSetting(ctx, name)
	return value, wrapSetting(name, err)
}

func (s *Store) readSetting(ctx context.Context, name string) (value []byte, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&value)
	return value, err
}

func wrapSetting(name string, err error) error {
	if err != nil {
		return fmt.Errorf("settling %s: %w", name, err)
	}
	return nil
}
