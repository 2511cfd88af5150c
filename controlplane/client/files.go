package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// ImportLine is one line of an import's answer.
type ImportLine struct {
	Line     int          `json:"line,omitempty"`
	Problem  *Problem     `json:"problem,omitempty"`
	Progress *ImportCount `json:"progress,omitempty"`
	Waiting  string       `json:"waiting,omitempty"`
	Done     *ImportCount `json:"done,omitempty"`
}

// ImportCount counts rows.
type ImportCount struct {
	Rows     int `json:"rows"`
	Created  int `json:"created"`
	Existing int `json:"existing"`
	Failed   int `json:"failed"`
}

// ErrCutOff: the answer ended before the import did. To repeat it is safe.
var ErrCutOff = errors.New("the import was cut off; send the file again")

// Import sends a file, CSV or NDJSON. report, if not nil, is called with every
// line of the answer while the file is sent.
func (c *Client) Import(ctx context.Context, file io.Reader, report func(ImportLine)) (ImportCount, error) {
	response, err := c.send(ctx, http.MethodPost, "/import", nil, "application/octet-stream", file)
	if err != nil {
		return ImportCount{}, err
	}
	defer response.Body.Close()
	var count ImportCount
	for lines := json.NewDecoder(response.Body); ; {
		var line ImportLine
		if err := lines.Decode(&line); err != nil {
			return count, fmt.Errorf("%w: %w", ErrCutOff, err)
		}
		if report != nil {
			report(line)
		}
		switch {
		case line.Done != nil:
			return *line.Done, nil
		case line.Progress != nil && line.Problem != nil:
			return *line.Progress, line.Problem
		case line.Progress != nil:
			count = *line.Progress
		}
	}
}

// Export gives all links as csv or ndjson. A read error means that the file is
// not whole. The caller closes it.
func (c *Client) Export(ctx context.Context, format string) (io.ReadCloser, error) {
	query := url.Values{}
	setText(query, "format", format)
	response, err := c.send(ctx, http.MethodGet, "/export", query, "", nil)
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

// read gives a whole body.
func (c *Client) read(ctx context.Context, path string, query url.Values) ([]byte, error) {
	response, err := c.send(ctx, http.MethodGet, path, query, "", nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return data, nil
}
