package store

import "github.com/pressly/goose/v3"

// dialect is what differs between the databases; everything else is one text.
type dialect struct {
	name string
	// forUpdate locks the row that a SELECT reads until the transaction ends.
	// SQLite has no word for it: there a transaction locks everything.
	forUpdate string
	// position is the function that gives where in its first argument the second
	// stands, 0 if nowhere.
	position string
	// numbered: the parameters of long lists are $1, $2 and so on. SQLite takes
	// such as names, each of which it compares with all before it: with a thousand
	// of them, half of a statement's time. Its own ? counts by itself.
	numbered bool
	// writingCTE: a WITH clause may hold an INSERT or UPDATE, so that a link and
	// its outbox row are written in one statement, and one round trip.
	writingCTE bool
	// arrays: rows may come in an array for each column.
	arrays bool
	// bytes is the type that a CAST gives a column of bytes.
	bytes      string
	migrations goose.Dialect
}

func sqliteDialect() dialect {
	return dialect{name: "SQLite", position: "instr", bytes: "BLOB", migrations: goose.DialectSQLite3}
}

func serverDialect(name string) dialect {
	return dialect{
		name: name, forUpdate: " FOR UPDATE", position: "strpos", numbered: true,
		writingCTE: true, arrays: true, bytes: "BYTEA", migrations: goose.DialectPostgres,
	}
}
