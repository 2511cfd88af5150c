package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	connLife = 30 * time.Minute // so that a fleet spreads over new nodes
	connIdle = 5 * time.Minute
)

// openServer opens a pool of connections to PostgreSQL or CockroachDB.
func (s *Store) openServer(ctx context.Context, url string, conns int) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("store: URL: %w", err) // pgx leaves the password out
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxLifetime(connLife)
	db.SetConnMaxIdleTime(connIdle)
	name, err := serverName(ctx, db)
	if err != nil {
		return errors.Join(fmt.Errorf("connecting to the database at %s:%d (does it run there?): %w",
			config.Host, config.Port, err), db.Close())
	}
	s.dialect, s.write, s.read = serverDialect(name), db, db
	s.gathering = &gathering{insert: s.insertTogether, enough: s.dialect.enough}
	return nil
}

// serverName connects and tells CockroachDB by the parameter that only it reports.
func serverName(ctx context.Context, db *sql.DB) (name string, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	err = conn.Raw(func(driver any) error {
		name = postgreSQL
		if driver.(*stdlib.Conn).Conn().PgConn().ParameterStatus("crdb_version") != "" {
			name = cockroachDB
		}
		return nil
	})
	return name, err
}
