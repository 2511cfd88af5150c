//go:build linux

package scale

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/fingerpost/fingerpost/bench/hist"
	"github.com/fingerpost/fingerpost/controlplane/client"
)

// listing is a page that is asked for. The words and tags are those of newLink.
type listing struct {
	name  string
	query client.Query
}

func listings() []listing {
	return []listing{
		{"the newest", client.Query{}},
		{"the oldest", client.Query{Order: "oldest"}},
		{"a rare word", client.Query{Text: "unicorn"}},
		{"a common word", client.Query{Text: "autumn"}},
		{"a common word, oldest", client.Query{Text: "autumn", Order: "oldest"}},
		{"two common words", client.Query{Text: "autumn sale"}},
		{"a rare and a common word", client.Query{Text: "unicorn autumn"}},
		{"a rare tag", client.Query{Tag: "rare"}},
		{"a common tag", client.Query{Tag: "t7"}},
		{"a common tag, oldest", client.Query{Tag: "t7", Order: "oldest"}},
		{"a common tag, blocked", client.Query{Tag: "t7", Status: "blocked"}},
		{"a common tag of an owner", client.Query{Tag: "t7", CreatedBy: "owner3"}},
		{"a tag, an owner, blocked", client.Query{Tag: "t7", CreatedBy: "owner3", Status: "blocked"}},
		{"of an owner", client.Query{CreatedBy: "owner3"}},
		{"of an owner, oldest", client.Query{CreatedBy: "owner3", Order: "oldest"}},
		{"of an owner, blocked", client.Query{CreatedBy: "owner3", Status: "blocked"}},
		{"of nobody", client.Query{CreatedBy: "nobody"}},
		{"blocked", client.Query{Status: "blocked"}},
		{"disabled, which none is", client.Query{Status: "disabled"}},
		{"of the domain", client.Query{Domain: domain}},
		{"a word, blocked", client.Query{Text: "unicorn", Status: "blocked"}},
		{"a common word, blocked", client.Query{Text: "autumn", Status: "blocked"}},
		{"a word of an owner", client.Query{Text: "autumn", CreatedBy: "owner3"}},
		{"a word of nobody", client.Query{Text: "autumn", CreatedBy: "nobody"}},
		{"a word and a tag", client.Query{Text: "autumn", Tag: "t7"}},
		{"a part of URLs", client.Query{Text: "https://www.w"}},
		{"100%", client.Query{Text: "100%"}},
		{"%", client.Query{Text: "%"}},
		{"_", client.Query{Text: "_"}},
		{"autumn%", client.Query{Text: "autumn%"}},
		{`\`, client.Query{Text: `\`}},
		{"nothing", client.Query{Text: "nowhere"}},
	}
}

// pageSize is what a page of a listing holds.
const pageSize = 100

// dive finds the cursor of a page far down, the 5,000th if there are so many.
func (s *system) dive(ctx context.Context) error {
	const most = 1000 // links of one page
	s.deep.Limit = most
	for range min(5000*pageSize, s.size/2) / most {
		var page *client.Page
		err := patiently(ctx, func() (err error) { page, err = s.api.List(ctx, s.deep); return err })
		if err != nil {
			return fmt.Errorf("looking for a page far down: %w", err)
		}
		if page.NextCursor == nil {
			break
		}
		s.deep.Cursor = *page.NextCursor
	}
	return nil
}

// list asks for a page again and again.
func (s *system) list(q client.Query) func(context.Context) (*hist.Histogram, int, error) {
	return func(ctx context.Context) (*hist.Histogram, int, error) {
		q.Limit = pageSize
		h, err := together(ctx, 1, s.options.Queries, func(ctx context.Context, _ int) error {
			_, err := s.api.List(ctx, q)
			return err
		})
		return h, s.options.Queries, err
	}
}

// exports reads the first thousand links of an export.
func (s *system) exports(ctx context.Context) (*hist.Histogram, int, error) {
	h, err := together(ctx, 1, s.options.Queries, func(ctx context.Context, _ int) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		file, err := s.api.Export(ctx, "ndjson")
		if err != nil {
			return err
		}
		defer file.Close()
		lines := bufio.NewReader(file)
		for range min(1000, s.size) {
			if _, err := lines.ReadSlice('\n'); err != nil && err != bufio.ErrBufferFull {
				return fmt.Errorf("reading an export: %w", noEnd(err))
			}
		}
		return nil
	})
	return h, s.options.Queries, err
}

// noEnd names an end that came too early.
func noEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
