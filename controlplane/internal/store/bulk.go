package store

import (
	"fmt"
	"strconv"
	"strings"
)

// columns is rows by column: each a []string, []int64 or [][]byte, all of one
// length.
type columns []any

// each cuts rows into as many statements as the database wants and gives each
// one's source of rows, a query by itself, with its arguments. A server takes any
// number of rows in one array a column, a quarter of what as many rows of
// parameters cost it.
func (d dialect) each(rows columns, run func(source string, a args) error) error {
	n := rows.len()
	if n == 0 {
		return nil
	}
	if d.arrays {
		return run(rows.unnest(), args(rows))
	}
	first := 0
	for _, size := range chunks(n, rowChunk) {
		a := make(args, 0, size*len(rows))
		for i := first; i < first+size; i++ {
			a = rows.appendRow(a, i)
		}
		if err := run("VALUES "+d.placeholders(size, len(rows), nil), a); err != nil {
			return err
		}
		first += size
	}
	return nil
}

// rowChunk bounds the rows of one statement that names each.
const rowChunk = 256

func (c columns) unnest() string {
	arrays := make([]string, len(c))
	for i, column := range c {
		kind := "TEXT"
		switch column.(type) {
		case []int64:
			kind = "BIGINT"
		case [][]byte:
			kind = "BYTEA"
		}
		arrays[i] = "CAST($" + strconv.Itoa(i+1) + " AS " + kind + "[])"
	}
	return "SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ")"
}

func (c columns) len() int {
	switch column := c[0].(type) {
	case []string:
		return len(column)
	case []int64:
		return len(column)
	case [][]byte:
		return len(column)
	}
	panic(fmt.Sprintf("store: a column of %T", c[0]))
}

func (c columns) appendRow(a args, i int) args {
	for _, column := range c {
		switch column := column.(type) {
		case []string:
			a = append(a, column[i])
		case []int64:
			a = append(a, column[i])
		case [][]byte:
			a = append(a, column[i])
		}
	}
	return a
}
