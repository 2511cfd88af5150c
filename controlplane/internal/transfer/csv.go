package transfer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// maxRow bounds what is read for one row: a quote that is never closed would
// otherwise take in the rest of the file.
const maxRow = 1 << 20

// limited reads at most left bytes.
type limited struct {
	in   *bufio.Reader
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errors.New("a row is longer than 1 MiB; is a quote not closed?")
	}
	n, err := l.in.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

type csvReader struct {
	in      *csv.Reader
	limit   *limited
	columns []column // by position
}

// newCSVReader reads the line of headers. The separator is the sign that stands
// there most often: spreadsheets of half the world write semicolons.
func newCSVReader(in *bufio.Reader) (*csvReader, error) {
	start, _ := in.Peek(4096)
	headers, _, _ := bytes.Cut(start, []byte("\n"))
	limited := &limited{in: in, left: maxRow}
	r := &csvReader{in: csv.NewReader(limited), limit: limited}
	for _, separator := range []rune{';', '\t'} {
		if bytes.Count(headers, []byte(string(separator))) > bytes.Count(headers, []byte(string(r.in.Comma))) {
			r.in.Comma = separator
		}
	}
	r.in.ReuseRecord = true
	r.in.FieldsPerRecord = -1
	names, err := r.in.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("there is no line of headers")
	case err != nil:
		return nil, fmt.Errorf("reading the line of headers: %w", err)
	case slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "\r") }):
		// All of it would be headers, and no link be read.
		return nil, errors.New("lines end with CR alone, and not with LF or CRLF")
	}
	found := make(map[column]bool)
	for _, name := range names {
		c := columnOf(name)
		if found[c] && c != ignored {
			c = ignored // the first of two names for one thing is meant
		}
		found[c] = true
		r.columns = append(r.columns, c)
	}
	if !found[longURL] {
		return nil, errors.New("no column is named long_url, or as Bitly, YOURLS, Kutt or Shlink name it")
	}
	return r, nil
}

// Next is Reader's.
func (r *csvReader) Next() (Row, error) {
	r.limit.left = maxRow
	row, err := r.read()
	row.Size = maxRow - r.limit.left
	return row, err
}

func (r *csvReader) read() (Row, error) {
	record, err := r.in.Read()
	line := 0
	if len(record) > 0 {
		line, _ = r.in.FieldPos(0)
	}
	var malformed *csv.ParseError
	switch {
	case errors.As(err, &malformed):
		// After a stray quote nobody knows where the next row starts.
		return Row{}, fmt.Errorf("line %d: %w", malformed.Line, malformed.Err)
	case err != nil:
		return Row{}, err
	case len(record) > len(r.columns):
		return Row{Line: line, Err: links.Refuse("row", links.TooMany, "has more cells than there are headers")}, nil
	}
	c := make(cells, len(record))
	for i, value := range record {
		if name := r.columns[i]; name != ignored {
			c[name] = plainCell(value)
		}
	}
	return c.row(line), nil
}

// formula are the signs with which a spreadsheet's formula starts.
const formula = "=+-@\t\r"

// SafeCell keeps a cell from being read as a formula. A cell that looks as if it
// had been kept so already is marked too, so that plainCell can undo it.
func SafeCell(value string) string {
	if rest := strings.TrimLeft(value, "'"); rest != "" && strings.Contains(formula, rest[:1]) {
		return "'" + value
	}
	return value
}

// plainCell is the inverse of SafeCell.
func plainCell(value string) string {
	if rest := strings.TrimLeft(value, "'"); len(rest) < len(value) && rest != "" && strings.Contains(formula, rest[:1]) {
		return value[1:]
	}
	return value
}
