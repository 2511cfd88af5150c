package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/transfer"
)

// told is what an import reported.
type told struct {
	lines   []int // that failed
	reports []transfer.Progress
	final   transfer.Progress
	err     error
}

func run(ctx context.Context, to transfer.Importer, file transfer.Reader, always bool) *told {
	t := new(told)
	t.final, t.err = transfer.Import(ctx, to, file, transfer.Settings{Always: always, Now: time.Now, Report: func(p transfer.Progress) {
		for _, f := range p.Failures {
			t.lines = append(t.lines, f.Line)
		}
		t.reports = append(t.reports, p)
	}})
	return t
}

func second(int) time.Duration { return time.Second }

// Blocks are stored at once, but few, and told of in their order although the first
// ends last.
func TestBlocksAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := newSlow(func(block int) time.Duration {
			if block == 0 {
				return time.Hour
			}
			return time.Second
		})
		file := fileOf(9)
		file[3].Err = links.ErrNotFound
		done := run(t.Context(), to, &file, false)
		if to.most != 4 || slices.Index(to.finished, 0) != 3 {
			t.Errorf("%d at once; ended %v", to.most, to.finished)
		}
		if len(done.reports) != 10 || done.final.Created != 8999 || done.final.Rows != 9000 || fmt.Sprint(done.lines) != "[4]" {
			t.Errorf("told %+v", done)
		}
		if !slices.IsSortedFunc(done.reports, func(a, b transfer.Progress) int { return a.Rows - b.Rows }) {
			t.Errorf("told %+v", done.reports)
		}
	})
}

// TestA8ImportWaits: while the database does not answer, the block whose turn it is
// says so, with what is stored already.
func TestA8ImportWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := newSlow(second)
		to.waits = func(block int) int { return min(block, 2) } // all but the first
		file := fileOf(3)
		done := run(t.Context(), to, &file, false)
		var told []int
		for _, p := range done.reports {
			if p.Waiting != nil {
				told = append(told, p.Rows)
			}
		}
		if done.err != nil || done.final.Created != 3000 || done.final.Waiting != nil || fmt.Sprint(told) != "[1000 1000]" {
			t.Errorf("waited at %v; told %+v", told, done)
		}
	})
}

// TestA8RivalsKeepTheirOrder: rows about one code or one target end as they do one
// after the other, also if the later one's block is the quicker.
func TestA8RivalsKeepTheirOrder(t *testing.T) {
	for name, c := range map[string]struct {
		one, other   func(*links.Draft)
		always       bool
		most         int // blocks at once
		failed, both int // rows, and links made of the two
	}{
		"one code":             {code("x"), code("x"), false, 2, 1, 1},
		"one code, always":     {code("x"), code("x"), true, 2, 1, 1},
		"one target":           {target("https://example.com/x"), target("https://Example.com:443/x"), false, 2, 0, 1},
		"one target, always":   {target("https://example.com/x"), target("https://example.com/x"), true, 3, 0, 2},
		"a code, the target":   {both("x", "https://example.com/x"), target("https://example.com/x"), false, 2, 0, 1},
		"the target, a code":   {target("https://example.com/x"), both("x", "https://example.com/x"), false, 2, 0, 2},
		"nothing in common":    {code("x"), code("y"), false, 3, 0, 2},
		"codes of other cases": {code("x"), code("X"), false, 3, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to := newSlow(func(block int) time.Duration { return time.Hour / time.Duration(block+1) })
				file := fileOf(3)
				c.one(&file[500].Draft)
				c.other(&file[1500].Draft)
				done := run(t.Context(), to, &file, c.always)
				if first := slices.Index(to.finished, 0) < slices.Index(to.finished, 1000); first != (c.most == 2) {
					t.Errorf("blocks ended %v", to.finished)
				}
				if to.most != c.most || done.final.Failed != c.failed || done.final.Created != 2998+c.both {
					t.Errorf("%d at once; told %+v", to.most, done.final)
				}
				if c.failed > 0 && !slices.Equal(done.lines, []int{1501}) {
					t.Errorf("lines %v failed", done.lines)
				}
			})
		})
	}
}

func code(code string) func(*links.Draft) { return func(d *links.Draft) { d.Alias = code } }

func target(url string) func(*links.Draft) { return func(d *links.Draft) { d.Fields.URL = &url } }

func both(alias, url string) func(*links.Draft) {
	return func(d *links.Draft) { code(alias)(d); target(url)(d) }
}

// TestA8ImportFails: what was told before stays, what comes behind is not told of,
// and the reason is told while the file is waited for.
func TestA8ImportFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := newSlow(second)
		to.fails = func(block int) bool { return block == 1000 }
		file := fileOf(4)
		paused := &paused{rows: file[:3500], goOn: make(chan struct{})}
		ended := make(chan *told)
		go func() { ended <- run(t.Context(), to, paused, false) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		select {
		case <-ended:
			t.Fatal("it ended before its file did")
		default:
		}
		close(paused.goOn)
		done := <-ended
		last := done.reports[len(done.reports)-1]
		if len(done.reports) != 2 || last.Rows != 1000 || !errors.Is(last.Err, links.ErrUnavailable) {
			t.Errorf("told %+v", done.reports)
		}
		if !errors.Is(done.err, links.ErrUnavailable) || done.final.Rows != 1000 || len(to.sizes) != 3 {
			t.Errorf("ended with %+v after blocks of %v", done, to.sizes)
		}
	})
}

// paused is a file that comes to a halt at its end until it is cut off.
type paused struct {
	rows
	goOn chan struct{}
}

func (p *paused) Next() (transfer.Row, error) {
	row, err := p.rows.Next()
	if err != nil {
		<-p.goOn
		err = io.ErrUnexpectedEOF
	}
	return row, err
}

// TestA8ImportIsCutOff: whole rows before the cut are stored, and a caller who goes
// away ends what is under way.
func TestA8ImportIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			within time.Duration
			want   int
			err    error
		}{"file": {time.Hour, 1500, io.ErrUnexpectedEOF}, "caller": {time.Millisecond, 0, links.ErrUnavailable}} {
			file := fileOf(2)
			cut := &paused{rows: file[:1500], goOn: make(chan struct{})}
			close(cut.goOn)
			ctx, cancel := context.WithTimeout(t.Context(), c.within)
			if done := run(ctx, newSlow(second), cut, false); !errors.Is(done.err, c.err) || done.final.Rows != c.want {
				t.Errorf("%s: ended with %+v", name, done)
			}
			cancel()
		}
	})
}

// A block of long rows is a short one.
func TestBlocksAreBounded(t *testing.T) {
	for name, file := range map[string]string{
		"CSV":    "long_url,note\n" + strings.Repeat("https://example.com/0,"+strings.Repeat("x", 100_000)+"\n", 60),
		"NDJSON": strings.Repeat(`{"long_url":"https://example.com/0","note":"`+strings.Repeat("x", 60_000)+"\"}\n", 80),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, err := transfer.NewReader(strings.NewReader(file), "")
				if err != nil {
					t.Fatal(err)
				}
				to := newSlow(second)
				if done := run(t.Context(), to, r, true); done.err != nil || done.final.Rows < 20 || slices.Max(to.sizes) > 40 {
					t.Errorf("blocks of %v; %+v, %v", to.sizes, done.final, done.err)
				}
			})
		})
	}
}
