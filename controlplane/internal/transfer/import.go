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
	Import(ctx context.Context, by links.Caller, drafts []links.Draft, p links.Patience) []links.Result
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
	// Patience is how long a block is tried again while the database does not answer;
	// 0 means a minute.
	Patience time.Duration
	// Report is told of each block of rows, in the order of the file, and, if the
	// import ends early, why. It is called by one goroutine after another while the
	// file is read on.
	Report func(Progress)
	Now    func() time.Time
}

// Progress is how far an import has come. Rows is the sum of the other three.
type Progress struct {
	Rows, Created, Existing, Failed int
	Failures                        []Failure // since the last report
	Waiting                         error     // why nothing is stored at the moment; it is tried again
	Err                             error     // why the import ends here, in its last report
}

// Failure is a row that has become no link.
type Failure struct {
	Line int
	Err  error
}

// Import reads r to its end. It ends early, with an error, if the file cannot be
// read on, the database fails for longer than patience lasts, or ctx ends; what was made stays made, and to run
// it again makes the rest. It returns when r has nothing in hand any more.
func Import(ctx context.Context, to Importer, r Reader, s Settings) (Progress, error) {
	if s.Deadline == 0 {
		s.Deadline = 10 * time.Second
	}
	if s.Patience == 0 {
		s.Patience = time.Minute
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	im := &importing{Settings: s, to: to, stop: stop}
	err := im.read(ctx, r)
	for _, b := range im.underWay {
		<-b.told
	}
	if err != nil && im.progress.Err == nil {
		im.end(err)
	}
	return im.progress, im.progress.Err
}

// importing is an import. The progress belongs to the block whose turn it is to
// tell, and then to Import.
type importing struct {
	Settings
	to       Importer
	stop     context.CancelFunc
	underWay []*block // the oldest first; the reader's
	progress Progress
}

// read begins block after block, until the file or ctx ends.
func (im *importing) read(ctx context.Context, r Reader) error {
	for b := newBlock(); ; {
		row, err := r.Next()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			im.complete(&row.Draft)
			if b.add(row); !b.full() {
				continue
			}
		}
		im.begin(ctx, b)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading on: %w", err)
		}
		b = newBlock()
	}
}

func (im *importing) complete(d *links.Draft) {
	d.Reuse = !im.Always || d.Alias != ""
	if im.Domain != "" {
		d.Domain = im.Domain
	}
}

// begin stores b beside the blocks before it, once few enough are under way.
func (im *importing) begin(ctx context.Context, b *block) {
	if len(im.underWay) == blocksAtOnce {
		<-im.underWay[0].told
		im.underWay = im.underWay[1:]
	}
	before := im.underWay
	im.underWay = append(im.underWay[:len(before):len(before)], b)
	go func() {
		defer close(b.told)
		b.awaitRivals(before)
		results := b.store(ctx, im, func(err error) {
			if first(before) {
				im.wait(err)
			}
		})
		if len(before) > 0 {
			<-before[len(before)-1].told
		}
		im.tell(b, results)
	}()
}

// wait reports that it is the database that is waited for, unless the import ends.
func (im *importing) wait(err error) {
	if im.progress.Err == nil {
		im.progress.Waiting = err
		im.report()
		im.progress.Waiting = nil
	}
}

// tell reports what became of b, unless a block before it has ended the import.
func (im *importing) tell(b *block, results []links.Result) {
	if im.progress.Err != nil {
		return
	}
	if err := im.count(b, results); err != nil {
		im.end(err)
		return
	}
	im.report()
}

// end says at once why the import ends, although its file may be waited for.
func (im *importing) end(err error) {
	im.stop()
	im.progress.Err = err
	im.report()
}

func (im *importing) report() {
	im.progress.Rows = im.progress.Created + im.progress.Existing + im.progress.Failed
	if im.Report != nil {
		im.Report(im.progress)
	}
	im.progress.Failures = nil
}

// count goes by the rows' order. An error of the database ends the import: what
// follows would fail, too, and be reported row by row.
func (im *importing) count(b *block, results []links.Result) error {
	for _, row := range b.rows {
		err := row.Err
		var made *links.Made
		if err == nil {
			made, err = results[0].Made, results[0].Err
			results = results[1:]
		}
		switch {
		case errors.Is(err, links.ErrUnavailable):
			return fmt.Errorf("storing line %d: %w", row.Line, err)
		case err != nil:
			im.progress.Failed++
			im.progress.Failures = append(im.progress.Failures, Failure{row.Line, err})
		case made.Existed:
			im.progress.Existing++
		default:
			im.progress.Created++
		}
	}
	return nil
}
