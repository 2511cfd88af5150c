package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/sealed"
)

// Setting reads the setting name, or stores what initial gives and answers with
// it. When several replicas start at once, all get what the first one stored.
// Idempotent.
func (s *Store) Setting(ctx context.Context, name string, initial func() ([]byte, error)) ([]byte, error) {
	return s.setting(ctx, name, nil, initial)
}

// setting is Setting for one that stands under box.
func (s *Store) setting(ctx context.Context, name string, box *sealed.Box, initial func() ([]byte, error)) ([]byte, error) {
	value, err := s.readSetting(ctx, name)
	if !errors.Is(err, sql.ErrNoRows) {
		return value, wrapSetting(name, err)
	}
	if value, err = initial(); err != nil {
		return nil, wrapSetting(name, err)
	}
	_, err = s.exec(ctx, `INSERT INTO settings (name, value, sealed_by) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
		name, box.Seal(settingPlace(name), value), box.ID())
	if err != nil {
		return nil, wrapSetting(name, err)
	}
	value, err = s.readSetting(ctx, name)
	return value, wrapSetting(name, err)
}

func (s *Store) readSetting(ctx context.Context, name string) (value []byte, err error) {
	var by string
	if err := s.read.QueryRowContext(ctx, `SELECT value, sealed_by FROM settings WHERE name = $1`, name).Scan(&value, &by); err != nil {
		return nil, err
	}
	return s.box.Open(settingPlace(name), value, by)
}

func settingPlace(name string) string { return "settings " + name }

func wrapSetting(name string, err error) error {
	if err != nil {
		return fmt.Errorf("settling %s: %w", name, err)
	}
	return nil
}
