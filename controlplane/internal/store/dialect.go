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
	// createLinks, where a WITH clause may hold an INSERT, writes links with all that
	// follows from them in one statement, and one round trip; createTogether, with one
	// row of the outbox for all.
	createLinks, createTogether string
	// enough is how many creates wait before another statement begins beside those
	// that are under way. On one machine a statement costs more than what is in it; on
	// CockroachDB it is far away, and waits for nobody's sake.
	enough int
	// arrays: rows may come in an array for each column.
	arrays bool
	// bytes is the type that a CAST gives a column of bytes.
	bytes string
	// words are remarks in the migrations, each with what it is in this database.
	words      []string
	migrations goose.Dialect
}

func sqliteDialect() dialect {
	return dialect{
		name: "SQLite", position: "instr", bytes: "BLOB", migrations: goose.DialectSQLite3,
		// SQLite keeps a row beside its primary key, twice, unless a table says that
		// the key is all there is to it.
		words: []string{"/* clustered */", "WITHOUT ROWID"},
	}
}

// The servers' names, where they are not one.
const (
	postgreSQL  = "PostgreSQL"
	cockroachDB = "CockroachDB"
)

func serverDialect(name string) dialect {
	// CockroachDB may commit each step of a migration by itself, and so have taken some
	// of one that was cut off.
	enough, words := 1, []string{"/* if it is new */", "IF NOT EXISTS"}
	if name == postgreSQL {
		enough, words = 16, append(words, "-- PostgreSQL: ", "")
	}
	return dialect{
		enough: enough, name: name, forUpdate: " FOR UPDATE", position: "strpos", numbered: true,
		createLinks: createLinks(false), createTogether: createLinks(true), arrays: true, bytes: "BYTEA", words: words, migrations: goose.DialectPostgres,
	}
}
