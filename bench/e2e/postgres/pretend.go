package postgres

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// Cockroach is Cut for a database that pretends to be on CockroachDB: it says so when
// a connection begins, knows CockroachDB's own parameters, and isolates as strictly. Its
// SQL remains PostgreSQL's.
func Cockroach(t testing.TB, databaseURL string, fate func(said []byte) Fate) (proxied string) {
	t.Helper()
	// That a commit waits for no disk is no part of it: it makes tests short.
	const likeIt = "&default_transaction_isolation=serializable&synchronous_commit=off"
	return (&cutter{fate: fate, pretend: true}).serve(t, databaseURL+likeIt)
}

// PostgreSQL's protocol, version 3: a message is a letter for its type, the length of
// what follows with itself, and that; the first one of a client has no letter.
var (
	authenticated = []byte{'R', 0, 0, 0, 8, 0, 0, 0, 0}
	readyWithin   = []byte{'Z', 0, 0, 0, 5, 'T'} // for the next statement of a transaction
)

func message(kind byte, body string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4)), body...)
}

// asCockroach adds to a server's first words what tells CockroachDB apart.
func asCockroach(said []byte) []byte {
	rest, ok := bytes.CutPrefix(said, authenticated)
	if !ok {
		return said
	}
	return bytes.Join([][]byte{authenticated, message('S', "crdb_version\x00CockroachDB, pretended\x00"), rest}, nil)
}

// forPostgreSQL takes from a client's first words what PostgreSQL does not know.
func forPostgreSQL(said []byte) []byte {
	before, after, found := bytes.Cut(said, []byte("\x00results_buffer_size\x00"))
	if !found {
		return said
	}
	_, after, _ = bytes.Cut(after, []byte{0})
	rest := bytes.Join([][]byte{before[4:], after}, []byte{0})
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(rest)+4)), rest...)
}

// whole says whether said is one or several messages that PostgreSQL answers at once:
// a query, or a statement that is prepared, bound or executed, up to its Sync.
func whole(said []byte) bool {
	for len(said) >= 5 {
		kind, length := said[0], int(binary.BigEndian.Uint32(said[1:]))
		if !bytes.Contains([]byte("PBDESQC"), []byte{kind}) || length < 4 || len(said) < 1+length {
			return false
		}
		if said = said[1+length:]; len(said) == 0 {
			return kind == 'S' || kind == 'Q'
		}
	}
	return false
}

// failing is a query that makes PostgreSQL answer as fate wants.
func failing(fate Fate, said []byte) []byte {
	const (
		commit   = "Q\x00\x00\x00\x0bcommit\x00"
		rollback = "Q\x00\x00\x00\x0drollback\x00"
		retry    = "DO $$ BEGIN RAISE EXCEPTION 'restart transaction' USING ERRCODE = '40001'; END $$\x00"
		doubt    = "DO $$ BEGIN RAISE EXCEPTION 'result is ambiguous' USING ERRCODE = '40003'; END $$\x00"
	)
	switch {
	case string(said) == rollback:
		return said
	case fate == Doubtful:
		return message('Q', "commit; "+doubt)
	case fate == Undone:
		return message('Q', "rollback; "+doubt)
	case string(said) == commit:
		return message('Q', "rollback; "+retry)
	}
	return message('Q', retry)
}
