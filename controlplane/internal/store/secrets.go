package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/sealed"
)

// The settings that are secret. They are made at the first start and never change:
// another code key would give codes again.
const (
	CodeKey   = "code-key"
	CursorKey = "cursor-key"
)

// Secret is Setting for CodeKey and CursorKey.
func (s *Store) Secret(ctx context.Context, name string, initial func() ([]byte, error)) ([]byte, error) {
	return s.setting(ctx, name, s.box, initial)
}

// vault is a table that holds secrets which are needed as they are. Of keys only
// hashes are stored, and answers that are kept for repetitions are sealed under the
// API key that asked: they need no vault.
type vault struct {
	table, id, secret string
	text              bool   // the column is TEXT
	only              string // which rows; all if it is empty
}

func vaults() []vault {
	return []vault{
		{table: "settings", id: "name", secret: "value", only: " AND name IN ('" + CodeKey + "', '" + CursorKey + "')"},
		{table: "webhooks", id: "id", secret: "secret", text: true},
		{table: "visitor_salts", id: "day", secret: "salt"},
	}
}

// CheckSealed fails with sealed.ErrUnknownKey if a secret is sealed under a key that
// was not given. It writes nothing, and comes before Migrate: a database that has no
// tables yet holds no secrets.
func (s *Store) CheckSealed(ctx context.Context) error {
	if !s.seals(ctx) {
		return nil
	}
	for _, v := range vaults() {
		rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT sealed_by FROM `+v.table)
		if err != nil {
			return fmt.Errorf("looking for sealed %s: %w", v.table, err)
		}
		keys, err := all(rows, func(row scanner) (by string, err error) { return by, row.Scan(&by) })
		if err != nil {
			return fmt.Errorf("looking for sealed %s: %w", v.table, err)
		}
		for _, by := range keys {
			if !s.box.Knows(by) {
				return fmt.Errorf("opening %s: %w (%s)", v.table, sealed.ErrUnknownKey, by)
			}
		}
	}
	return nil
}

// seals says whether the tables are of a build that seals. What is wrong with the
// database otherwise, Migrate will find.
func (s *Store) seals(ctx context.Context) bool {
	rows, err := s.read.QueryContext(ctx, `SELECT * FROM settings WHERE name = ''`)
	if err != nil {
		return false
	}
	defer rows.Close()
	columns, err := rows.Columns()
	return err == nil && slices.Contains(columns, "sealed_by")
}

// sealedText begins a sealed secret in a TEXT column. It is no base64: the build
// before must fail on it, rather than sign with it.
const sealedText = "sealed:"

func (s *Store) sealText(place, secret string) string {
	if s.box == nil {
		return secret
	}
	return sealedText + base64.StdEncoding.EncodeToString(s.box.Seal(place, []byte(secret)))
}

func (s *Store) openText(place, stored, by string) (string, error) {
	if by == "" {
		return stored, nil
	}
	bytes, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(stored, sealedText))
	if err != nil {
		return "", fmt.Errorf("opening %s: %w", place, err)
	}
	secret, err := s.box.Open(place, bytes, by)
	return string(secret), err
}
