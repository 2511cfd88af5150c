package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"

	"modernc.org/sqlite" // registers the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openSQLite opens the file at path. The write-ahead log lets readers go on
// beside the writer, and synchronous=FULL makes a commit survive a power cut.
// The writer's cache of 64 MiB holds what a transaction of many links touches;
// with the default of 2 MiB, pages are written several times in one. For the
// same reason the log may grow to 32 MiB before it is written back.
// The busy timeout only matters when another process has the file open.
func (s *Store) openSQLite(ctx context.Context, path string) error {
	if path == "" {
		return errors.New("store: URL names no file; write sqlite:PATH")
	}
	s.dialect = sqliteDialect()
	var err error
	if s.write, err = openFile(ctx, path, "_txlock=immediate&_pragma=cache_size(-65536)&_pragma=wal_autocheckpoint(8192)", 1); err != nil {
		return err
	}
	if s.read, err = openFile(ctx, path, "_pragma=query_only(1)", max(4, runtime.GOMAXPROCS(0))); err != nil {
		return errors.Join(err, s.write.Close())
	}
	s.group = &group{db: s.write}
	return nil
}

func openFile(ctx context.Context, path, setting string, conns int) (*sql.DB, error) {
	const settings = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&"
	escaped := (&url.URL{Path: path}).EscapedPath() // a path may hold a ? or a %
	db, err := sql.Open("sqlite", "file:"+escaped+settings+setting)
	if err != nil {
		return nil, fmt.Errorf("opening SQLite file %s: %w", path, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(
			fmt.Errorf("opening SQLite file %s (is its folder there, and writable?): %w", path, err), db.Close())
	}
	return db, nil
}

// isLocked tells whether SQLite gave up because another program has locked the file.
func isLocked(err error) bool {
	var liteErr *sqlite.Error
	return errors.As(err, &liteErr) && liteErr.Code() == sqlite3.SQLITE_BUSY
}
