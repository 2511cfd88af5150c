package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The types of the columns that createLinks' arrays become.
const (
	linkTypes  = "TEXT TEXT BIGINT TEXT BIGINT BIGINT BIGINT BIGINT TEXT BOOLEAN BOOLEAN TEXT TEXT TEXT BOOLEAN BIGINT TEXT BIGINT BIGINT TEXT TEXT"
	termTypes  = "BYTEA BIGINT TEXT TEXT"
	entryTypes = "TEXT TEXT TEXT BIGINT TEXT TEXT TEXT TEXT TEXT TEXT TEXT"
)

// What createLinks' links leave in the outbox: a row each, or one for all.
const (
	announceEach = `announced AS (INSERT INTO outbox (domain, code, version, created_at, claimed_until)
 SELECT domain, code, version, updated_at, 0 FROM written)`
	announceAll = `announced AS (INSERT INTO outbox_blocks (` + blockColumns + `)
 SELECT CAST(%s AS TEXT), CAST(%s AS TEXT), CAST(%s AS BIGINT), CAST(%s AS BIGINT), 0
 WHERE EXISTS (SELECT 1 FROM written))`
)

// createLinks is a statement, a transaction by itself, that writes any number of
// links with all that follows from them, and gives the keys that were free. An
// array for each column costs a server a quarter of what a parameter for each
// value does. A list of links that share a word is written whole, also if a key of
// it was not free: a search looks at each link again. If no key was free, nothing is
// written: who sends the same links again and again must not fill the index. together
// says that the outbox names them in one row, whose values come last.
func createLinks(together bool) string {
	var statement strings.Builder
	first := 1
	from := func(types string) string {
		text := unnest(first, types)
		first += len(strings.Fields(types))
		return text
	}
	fmt.Fprintf(&statement, `WITH written AS (INSERT INTO links (`+linkColumns+`) SELECT * FROM %s
 ON CONFLICT (domain, code) DO NOTHING RETURNING domain, code, version, updated_at),
indexed AS (INSERT INTO link_terms (term, created_at, domain, code)
 SELECT t.term, t.created_at, t.domain, t.code FROM %s AS t (term, created_at, domain, code)
 LEFT JOIN written AS w ON w.domain = t.domain AND w.code = t.code
 WHERE w.code IS NOT NULL OR strpos(t.code, ' ') > 0 AND EXISTS (SELECT 1 FROM written)),
audited AS (INSERT INTO audit_entries (id, block, at, key_id, user_id, address, workspace, action, subject, version, before, after)
 SELECT e.id, 0, e.at, e.key_id, e.user_id, e.address, e.workspace, e.action, e.subject, w.version, '', e.after
 FROM %s AS e (domain, code, id, at, key_id, user_id, address, workspace, action, subject, after)
 JOIN written AS w ON w.domain = e.domain AND w.code = e.code),
`,
		from(linkTypes), from(termTypes), from(entryTypes))
	if together {
		fmt.Fprintf(&statement, announceAll, parameter(first), parameter(first+1), parameter(first+2), parameter(first+3))
	} else {
		statement.WriteString(announceEach)
	}
	statement.WriteString("\nSELECT domain, code FROM written")
	return statement.String()
}

func parameter(n int) string { return "$" + strconv.Itoa(n) }

// unnest makes rows of the parameters from $first on, an array for each column.
func unnest(first int, types string) string {
	var arrays []string
	for i, kind := range strings.Fields(types) {
		arrays = append(arrays, "CAST($"+strconv.Itoa(first+i)+" AS "+kind+"[])")
	}
	return "unnest(" + strings.Join(arrays, ", ") + ")"
}

// createArrays gives its arguments.
func createArrays(all []creation) args {
	rows := make([][]any, len(all))
	for i, c := range all {
		rows[i] = linkValues(c.link)
	}
	return slices.Concat(arraysOf(rows, linkTypes), termArrays(termsOfAll(all)), entryArrays(all))
}

func termArrays(terms []term) args {
	texts, times := make([][]byte, len(terms)), make([]int64, len(terms))
	domains, codes := make([]string, len(terms)), make([]string, len(terms))
	for i, t := range terms {
		texts[i], times[i], domains[i], codes[i] = []byte(t.text), t.createdAt, t.key.Domain, t.key.Code
	}
	return args{texts, times, domains, codes}
}

func entryArrays(all []creation) args {
	rows := make([][]any, len(all))
	for i, c := range all {
		e := &c.entry
		rows[i] = []any{c.link.Domain, c.link.Code, e.ID, e.At, e.KeyID, e.UserID, e.Address, e.Workspace, e.Action, e.Subject, e.After}
	}
	return arraysOf(rows, entryTypes)
}

// arraysOf turns rows into columns.
func arraysOf(rows [][]any, types string) args {
	var arrays args
	for i, kind := range strings.Fields(types) {
		switch kind {
		case "TEXT":
			arrays = append(arrays, column[string](rows, i))
		case "BIGINT":
			arrays = append(arrays, column[int64](rows, i))
		case "BOOLEAN":
			arrays = append(arrays, column[bool](rows, i))
		case "BYTEA":
			arrays = append(arrays, column[[]byte](rows, i))
		}
	}
	return arrays
}

func column[T any](rows [][]any, i int) []T {
	values := make([]T, len(rows))
	for n, row := range rows {
		values[n] = row[i].(T)
	}
	return values
}
