package store

import (
	"strconv"
	"strings"
)

// args collects a statement's arguments while its text is built.
type args []any

// add appends an argument and gives its placeholder.
func (a *args) add(value any) string {
	*a = append(*a, value)
	return "$" + strconv.Itoa(len(*a))
}

// placeholders gives rows of placeholders, "($1, $2), ($3, $4)" for two of two.
// They are a statement's first parameters. cast, if not nil, names the type of a column where the database cannot see it.
func (d dialect) placeholders(rows, columns int, cast map[int]string) string {
	var text strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			text.WriteString("(")
		case i%columns == 0:
			text.WriteString("), (")
		default:
			text.WriteString(", ")
		}
		placeholder := "?"
		if d.numbered {
			placeholder = "$" + strconv.Itoa(i+1)
		}
		if kind := cast[i%columns]; kind != "" {
			placeholder = "CAST(" + placeholder + " AS " + kind + ")"
		}
		text.WriteString(placeholder)
	}
	text.WriteString(")")
	return text.String()
}

// chunks cuts n rows into pieces of powers of two, the largest first and none
// above limit, itself one. So the statements of any number of rows are few
// different texts, which connections keep prepared.
func chunks(n, limit int) []int {
	var sizes []int
	for size := limit; n > 0; {
		if size <= n {
			sizes = append(sizes, size)
			n -= size
		} else {
			size /= 2
		}
	}
	return sizes
}

// list gives n placeholders from $first on, "$2, $3" for two from 2 on.
func list(first, n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = "$" + strconv.Itoa(first+i)
	}
	return strings.Join(names, ", ")
}
