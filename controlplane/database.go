package main

import (
	"fmt"
	"os"
	"strings"
)

// database is the flag that every command has.
type database struct {
	DatabaseURL string `required:"" placeholder:"URL" help:"Database: sqlite:PATH, or postgres://USER@HOST:PORT/NAME (PostgreSQL or CockroachDB)."`
}

// existing is the flag of the commands that only ask, or copy. SQLite makes the
// file that it does not find: with a slip in its path, a backup would be empty and
// an audit intact.
type existing struct{ database }

// Validate is called by kong.
func (e existing) Validate() error {
	path, ok := strings.CutPrefix(e.DatabaseURL, "sqlite:")
	if !ok || path == "" { // which is told when it is opened
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("--database-url: there is no such database: %w", err)
	}
	return nil
}
