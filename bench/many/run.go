package many

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/client"
)

// errDied is what a file that is cut off ends with.
var errDied = errors.New("cut off on purpose")

// Run does everything once.
func (r *Run) Run(ctx context.Context) (*Result, error) {
	mark := fmt.Sprintf("m%x", time.Now().UnixNano())
	for _, step := range []struct {
		doing string
		run   func(context.Context, string) error
	}{
		{"creating one by one", r.singles}, {"creating in bulk", r.bulk}, {"importing", r.imports},
		{"listing and searching", r.queries}, {"exporting", r.export},
	} {
		if err := step.run(ctx, mark); err != nil {
			return &r.result, fmt.Errorf("%s: %w", step.doing, err)
		}
	}
	return &r.result, nil
}

func (r *Run) singles(ctx context.Context, mark string) error {
	var next atomic.Int64
	errs := make(chan error, r.Clients)
	var clients sync.WaitGroup
	start := time.Now()
	for range r.Clients {
		clients.Go(func() {
			for n := next.Add(1); n <= int64(r.Singles); n = next.Add(1) {
				if _, err := r.api.Create(ctx, client.NewLink{LongURL: fmt.Sprintf("https://one.example.com/%s/%d", mark, n)}); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	clients.Wait()
	close(errs)
	r.result.SinglesPerSecond = float64(r.Singles) / time.Since(start).Seconds()
	return <-errs
}

// bulkRounds of client.MaxBulk links are created.
const bulkRounds = 5

func (r *Run) bulk(ctx context.Context, mark string) error {
	start := time.Now()
	for round := range bulkRounds {
		all := make([]client.NewLink, client.MaxBulk)
		for i := range all {
			all[i].LongURL = fmt.Sprintf("https://bulk.example.com/%s/%d/%d", mark, round, i)
		}
		items, err := r.api.CreateAll(ctx, all)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(items, func(item client.BulkItem) bool { return item.URL == nil }); i >= 0 {
			return items[i].Problem
		}
	}
	r.result.BulkPerSecond = bulkRounds * client.MaxBulk / time.Since(start).Seconds()
	return nil
}

// imports sends the file, dies at half of it, and sends the whole again.
func (r *Run) imports(ctx context.Context, mark string) error {
	start := time.Now()
	var half client.ImportCount
	told := make(chan struct{})
	_, err := r.send(mark, func(file io.Reader) (client.ImportCount, error) {
		return r.api.Import(ctx, &cutOff{file, r.Links * rowSize / 2, told, ctx}, func(line client.ImportLine) {
			if line.Progress == nil {
				return
			}
			if r.result.ProgressLines++; r.result.ProgressLines == 1 {
				close(told)
			}
			half = *line.Progress
		})
	})
	if err == nil {
		return errors.New("the import that was cut off came to its end")
	}
	whole, err := r.send(mark, func(file io.Reader) (client.ImportCount, error) { return r.api.Import(ctx, file, nil) })
	if err != nil {
		return err
	}
	r.result.ImportPerSecond = float64(r.Links) / time.Since(start).Seconds()
	r.result.Links, r.result.Resumed = whole.Created+whole.Existing, whole.Existing
	if whole.Rows != r.Links || whole.Failed != 0 || whole.Existing < half.Created {
		return fmt.Errorf("of %d links, %d were created at first, and then %+v", r.Links, half.Created, whole)
	}
	return nil
}

// rowSize is about how many bytes a row has.
const rowSize = 70

// send writes the file while do reads it.
func (r *Run) send(mark string, do func(io.Reader) (client.ImportCount, error)) (client.ImportCount, error) {
	file, rows := io.Pipe()
	go func() { rows.CloseWithError(writeFile(rows, mark, r.Links)) }()
	defer file.Close() // ends the writer
	return do(file)
}

func (r *Run) queries(ctx context.Context, mark string) error {
	rare := max(1, (r.Links+rareEvery/2)/rareEvery)
	if r.Links <= rareEvery/2 {
		rare = 0
	}
	for name, q := range map[string]struct {
		query client.Query
		want  int // of the first page
	}{
		"the newest 100": {client.Query{}, 100}, "a rare word": {client.Query{Text: "unicorn" + mark}, min(rare, 100)},
		"a rare tag": {client.Query{Tag: "rare" + mark}, min(rare, 100)}, "a common word": {client.Query{Text: "autumn"}, 100},
		"two common words": {client.Query{Text: "autumn sale"}, -1}, "a common tag": {client.Query{Tag: "t7"}, 100},
		"a word and a status": {client.Query{Text: "unicorn" + mark, Status: "blocked"}, 0}, "nothing": {client.Query{Text: "no" + mark}, 0},
		"blocked links": {client.Query{Status: "blocked"}, -1}, "a sign": {client.Query{Text: "%"}, -1},
	} {
		q.query.Limit = 100
		times := make([]time.Duration, r.Queries)
		for i := range times {
			start := time.Now()
			page, err := r.api.List(ctx, q.query)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			times[i] = time.Since(start)
			if q.want >= 0 && len(page.Items) != q.want {
				return fmt.Errorf("%s: found %d, want %d", name, len(page.Items), q.want)
			}
		}
		slices.Sort(times)
		r.result.Queries = append(r.result.Queries, QueryTime{name, times[len(times)/2], times[len(times)-1]})
	}
	slices.SortFunc(r.result.Queries, func(a, b QueryTime) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

func (r *Run) export(ctx context.Context, _ string) error {
	start := time.Now()
	file, err := r.api.Export(ctx, "ndjson")
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r.result.Exported++
	}
	r.result.ExportPerSecond = float64(r.result.Exported) / time.Since(start).Seconds()
	return lines.Err()
}
