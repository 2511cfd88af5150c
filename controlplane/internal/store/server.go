package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	connLife = 30 * time.Minute // so that a fleet spreads over new nodes
	connIdle = 5 * time.Minute
	// hostWithin is how long each of several hosts has to take a connection, if the URL
	// does not say. A request that waits for it has time to ask the next.
	hostWithin = time.Second
)

// openServer opens a pool of connections to PostgreSQL or CockroachDB.
func (s *Store) openServer(ctx context.Context, url string, conns int) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("store: URL: %w", err) // pgx leaves the password out
	}
	if config.ConnectTimeout == 0 && severalHosts(config) {
		config.ConnectTimeout = hostWithin
	}
	name, err := serverName(ctx, config)
	if err != nil {
		return fmt.Errorf("connecting to the database at %s:%d (does it run there?): %w", config.Host, config.Port, err)
	}
	var options []stdlib.OptionOpenDB
	if name == cockroachDB {
		options = cockroachSessions(config)
	}
	db := stdlib.OpenDB(*config, options...)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxLifetime(connLife)
	db.SetConnMaxIdleTime(connIdle)
	s.dialect, s.write, s.read = serverDialect(name), db, db
	s.gathering = &gathering{insert: s.insertTogether, enough: s.dialect.enough}
	return nil
}

// severalHosts says whether the URL names more than one. The fallbacks of one host are
// with TLS and without.
func severalHosts(config *pgx.ConnConfig) bool {
	return slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool {
		return f.Host != config.Host || f.Port != config.Port
	})
}

// serverName connects and tells CockroachDB by the parameter that only it reports.
func serverName(ctx context.Context, config *pgx.ConnConfig) (name string, err error) {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return "", err
	}
	name = postgreSQL
	if conn.PgConn().ParameterStatus("crdb_version") != "" {
		name = cockroachDB
	}
	return name, conn.Close(ctx)
}
