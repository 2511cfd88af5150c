package transfer

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// Format is how a file holds links.
type Format string

// The formats.
const (
	CSV    Format = "csv"
	NDJSON Format = "ndjson"
)

// ParseFormat reads a format's name; "" is for a reader to find out.
func ParseFormat(name string) (Format, error) {
	switch f := Format(name); f {
	case CSV, NDJSON, "":
		return f, nil
	}
	return "", fmt.Errorf("format %q is neither csv nor ndjson", name)
}

// byteOrderMark starts files that spreadsheets have written.
var byteOrderMark = []byte("\xef\xbb\xbf")

// readBuffer holds the longest line that is read: two URLs, a note and tags,
// with room for escapes.
const readBuffer = 64 << 10

// NewReader reads links from r in a format, or in the one that it seems to hold.
func NewReader(r io.Reader, f Format) (Reader, error) {
	in := bufio.NewReaderSize(r, readBuffer)
	if start, _ := in.Peek(len(byteOrderMark)); bytes.Equal(start, byteOrderMark) {
		_, _ = in.Discard(len(byteOrderMark)) // it was peeked at
	}
	if f == "" {
		start, _ := in.Peek(256)
		f = CSV
		if start = bytes.TrimSpace(start); len(start) > 0 && start[0] == '{' {
			f = NDJSON
		}
	}
	if f == NDJSON {
		return &ndjsonReader{in: in}, nil
	}
	return newCSVReader(in)
}

// Reader gives row after row.
type Reader interface {
	// Next gives the next row, with Err set if it is none; io.EOF at the end. Any
	// other error means that nothing more can be read.
	Next() (Row, error)
}
