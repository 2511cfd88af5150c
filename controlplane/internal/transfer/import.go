package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// Importer makes links.
type Importer interface {
	// Import answers for each draft; see links.Links.
	Import(ctx context.Context, by links.Caller, drafts []links.Draft, within time.Duration) []links.Result
}

// Settings of an import.
type Settings struct {
	By links.Caller
	// Domain is where all links go, whatever their rows say; "" leaves it to the
	// rows, and to the default domain where they name none.
	Domain string
	// Always creates a link for a row without a code even if there is one to its
	// target already. Such an import must not be repeated.
	Always bool
	// Deadline bounds each transaction's rows; 0 means 10 s.
	Deadline time.Duration
	// Report is told after every thousand rows, and of each that failed.
	Report func(Progress)
	Now    func() time.Time
}

// Progress is how far an import has come. Rows is the sum of the other three.
type Progress struct {
	Rows, Created, Existing, Failed int
	Failures                        []Failure // since the last report
}

// Failure is a row that has become no link.
type Failure struct {
	Line int
	Err  error
}

// Import reads r to its end. It ends early, with an error, if the file cannot be
// read on, the database fails, or ctx ends; what was made stays made, and to run
// it again makes the rest.
func Import(ctx context.Context, to Importer, r Reader, s Settings) (Progress, error) {
	if s.Deadline == 0 {
		s.Deadline = 10 * time.Second
	}
	im := &importing{Settings: s, to: to}
	for {
		row, err := r.Next()
		if err == nil {
			im.add(row)
			if len(im.rows) < links.ImportLinks {
				continue
			}
		}
		if stored := im.store(ctx); stored != nil {
			return im.progress, stored
		}
		switch {
		case errors.Is(err, io.EOF):
			return im.progress, nil
		case err != nil:
			return im.progress, fmt.Errorf("reading on: %w", err)
		case ctx.Err() != nil:
			return im.progress, ctx.Err()
		}
	}
}

type importing struct {
	Settings
	to       Importer
	rows     []Row
	progress Progress
}

// add takes a row into the next batch.
func (im *importing) add(row Row) {
	d := &row.Draft
	d.Reuse = !im.Always || d.Alias != ""
	if im.Domain != "" {
		d.Domain = im.Domain
	}
	if d.CreatedAt == 0 {
		d.CreatedAt = im.Now().UnixMilli() // also lets pass what has expired meanwhile
	}
	im.rows = append(im.rows, row)
}

// store makes links of the batch and reports. An error of the database ends the
// import: what follows would fail, too, and be reported row by row.
func (im *importing) store(ctx context.Context) error {
	var drafts []links.Draft
	var lines []int
	for _, row := range im.rows {
		if row.Err != nil {
			im.fail(row.Line, row.Err)
			continue
		}
		drafts, lines = append(drafts, row.Draft), append(lines, row.Line)
	}
	im.rows = im.rows[:0]
	for i, result := range im.to.Import(ctx, im.By, drafts, im.Deadline) {
		switch {
		case errors.Is(result.Err, links.ErrUnavailable):
			return fmt.Errorf("storing line %d: %w", lines[i], result.Err)
		case result.Err != nil:
			im.fail(lines[i], result.Err)
		case result.Made.Existed:
			im.progress.Existing++
		default:
			im.progress.Created++
		}
	}
	im.progress.Rows = im.progress.Created + im.progress.Existing + im.progress.Failed
	if im.Report != nil {
		im.Report(im.progress)
	}
	im.progress.Failures = nil
	return nil
}

func (im *importing) fail(line int, err error) {
	im.progress.Failed++
	im.progress.Failures = append(im.progress.Failures, Failure{line, err})
}
