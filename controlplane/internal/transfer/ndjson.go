package transfer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

type ndjsonReader struct {
	in   *bufio.Reader
	line int
}

// Next is Reader's. Empty lines are passed over.
func (r *ndjsonReader) Next() (Row, error) {
	for {
		text, err := r.in.ReadSlice('\n')
		r.line++
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return Row{Line: r.line, Err: links.Refuse("row", links.TooLong, fmt.Sprintf("is longer than %d bytes", readBuffer))}, r.skipLine()
		case err != nil && !errors.Is(err, io.EOF):
			return Row{}, err
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			row := parseObject(r.line, text)
			row.Size = len(text)
			return row, nil
		}
		if err != nil {
			return Row{}, io.EOF
		}
	}
}

func (r *ndjsonReader) skipLine() error {
	for {
		_, err := r.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) {
			return nil // the next read meets it again
		}
		return err
	}
}

// parseObject takes texts, numbers, flags and lists of texts; null says nothing.
func parseObject(line int, text []byte) Row {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return Row{Line: line, Err: links.Refuse("row", links.Bad, "is not a JSON object")}
	}
	c := make(cells, len(object))
	for name, raw := range object {
		column := columnOf(name)
		value := string(raw)
		switch {
		case column == ignored || value == "null" || raw[0] == '{':
			continue
		case raw[0] == '"':
			if err := json.Unmarshal(raw, &value); err != nil {
				return Row{Line: line, Err: links.Refuse(name, links.Bad, "is not text")}
			}
		}
		if c[column] == "" {
			c[column] = value
		}
	}
	return c.row(line)
}
