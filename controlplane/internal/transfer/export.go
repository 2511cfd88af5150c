package transfer

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Lister lists links; see links.Links.
type Lister interface {
	List(ctx context.Context, by links.Caller, q links.Query) ([]*links.Link, links.Cursor, error)
}

// Writer writes links of one format.
type Writer interface {
	// Write adds links; what is written may stay in a buffer until the next Flush.
	Write(l *links.Link, short string, clicks uint64) error
	Flush() error
}

// Page is called with each page of links before the next is read.
type Page func(ctx context.Context, page []*links.Link) error

// Export calls page with all links that q selects and by may see.
func Export(ctx context.Context, from Lister, by links.Caller, q links.Query, page Page) error {
	for q.Limit = links.MaxList; ; {
		found, next, err := from.List(ctx, by, q)
		if err != nil {
			return err
		}
		if err := page(ctx, found); err != nil {
			return err
		}
		if next == (links.Cursor{}) {
			return nil
		}
		q.After = next
	}
}

// NewWriter writes f to w; an empty format means CSV.
func NewWriter(w io.Writer, f Format) Writer {
	if f == NDJSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return &ndjsonWriter{encoder}
	}
	return &csvWriter{out: csv.NewWriter(w)}
}

// record is a link as a file holds it; what the API calls by a name has that name
// here.
type record struct {
	Domain       string   `json:"domain"`
	Code         string   `json:"code"`
	ShortURL     string   `json:"short_url"`
	LongURL      string   `json:"long_url"`
	Status       string   `json:"status"`
	Redirect     int      `json:"redirect"`
	StartsAt     string   `json:"starts_at,omitempty"`
	ExpiresAt    string   `json:"expires_at,omitempty"`
	ExpiredURL   string   `json:"expired_url,omitempty"`
	ForwardQuery bool     `json:"forward_query"`
	Strict       bool     `json:"strict"`
	Title        string   `json:"title"`
	Note         string   `json:"note"`
	Tags         []string `json:"tags"`
	CreatedBy    string   `json:"created_by"`
	CreatedAt    string   `json:"created_at"`
	UpdatedAt    string   `json:"updated_at"`
	Clicks       uint64   `json:"clicks"`
}

func recordOf(l *links.Link, short string, clicks uint64) record {
	return record{
		Domain: l.Domain, Code: l.Code, ShortURL: short, LongURL: l.URL, Status: l.Status.String(), Redirect: l.Redirect,
		StartsAt: stamp(l.StartsAt), ExpiresAt: stamp(l.ExpiresAt), ExpiredURL: l.ExpiredURL,
		ForwardQuery: l.ForwardQuery, Strict: l.Strict, Title: l.Title, Note: l.Note, Tags: l.Tags,
		CreatedBy: l.CreatedBy, CreatedAt: stamp(l.CreatedAt), UpdatedAt: stamp(l.UpdatedAt), Clicks: clicks,
	}
}

func stamp(millis int64) string {
	if millis == 0 {
		return ""
	}
	return link.Time(millis).Format(time.RFC3339Nano)
}

type ndjsonWriter struct{ out *json.Encoder }

func (w *ndjsonWriter) Write(l *links.Link, short string, clicks uint64) error {
	if err := w.out.Encode(recordOf(l, short, clicks)); err != nil {
		return fmt.Errorf("writing link %s: %w", l.Key, err)
	}
	return nil
}

// Flush has nothing to do.
func (w *ndjsonWriter) Flush() error { return nil }

type csvWriter struct {
	out     *csv.Writer
	started bool
}

func csvHeaders() []string {
	return []string{"domain", "code", "short_url", "long_url", "status", "redirect", "starts_at", "expires_at", "expired_url",
		"forward_query", "strict", "title", "note", "tags", "created_by", "created_at", "updated_at", "clicks"}
}

func (w *csvWriter) Write(l *links.Link, short string, clicks uint64) error {
	if err := w.start(); err != nil {
		return err
	}
	r := recordOf(l, short, clicks)
	list := ""
	if len(r.Tags) > 0 {
		text, err := json.Marshal(r.Tags)
		if err != nil {
			return fmt.Errorf("writing tags of %s: %w", l.Key, err)
		}
		list = string(text)
	}
	row := []string{r.Domain, r.Code, r.ShortURL, r.LongURL, r.Status, strconv.Itoa(r.Redirect), r.StartsAt, r.ExpiresAt, r.ExpiredURL,
		strconv.FormatBool(r.ForwardQuery), strconv.FormatBool(r.Strict), r.Title, r.Note, list, r.CreatedBy, r.CreatedAt, r.UpdatedAt,
		strconv.FormatUint(r.Clicks, 10)}
	for i := range row {
		row[i] = SafeCell(row[i])
	}
	if err := w.out.Write(row); err != nil {
		return fmt.Errorf("writing link %s: %w", l.Key, err)
	}
	return nil
}

func (w *csvWriter) start() error {
	if w.started {
		return nil
	}
	w.started = true
	return w.out.Write(csvHeaders())
}

// Flush writes the headers even if there is no link.
func (w *csvWriter) Flush() error {
	if err := w.start(); err != nil {
		return err
	}
	w.out.Flush()
	return w.out.Error()
}
