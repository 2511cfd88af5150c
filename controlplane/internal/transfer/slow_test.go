package transfer_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/transfer"
)

// rows is a file.
type rows []transfer.Row

// Next is transfer.Reader's.
func (r *rows) Next() (transfer.Row, error) {
	if len(*r) == 0 {
		return transfer.Row{}, io.EOF
	}
	row := (*r)[0]
	*r = (*r)[1:]
	return row, nil
}

// fileOf gives blocks of rows, each with a target of its own.
func fileOf(blocks int) rows {
	file := make(rows, blocks*links.ImportLinks)
	for i := range file {
		url := fmt.Sprintf("https://example.com/%d", i)
		file[i] = transfer.Row{Line: i + 1, Draft: links.Draft{Fields: links.Fields{URL: &url}}}
	}
	return file
}

// slow makes links by the rules, each block as late as takes says, in a bubble's
// time.
type slow struct {
	takes func(block int) time.Duration // by the block's first line
	fails func(block int) bool
	waits func(block int) int // how often the database does not answer

	mu              sync.Mutex
	codes           map[string]string // mu; and their targets
	targets         map[string]bool   // mu
	underWay, most  int               // mu
	sizes, finished []int             // mu; drafts of each block, and first lines
}

func newSlow(takes func(block int) time.Duration) *slow {
	return &slow{takes: takes, fails: func(int) bool { return false }, waits: func(int) int { return 0 }, codes: make(map[string]string), targets: make(map[string]bool)}
}

// Import is transfer.Importer's.
func (s *slow) Import(ctx context.Context, _ links.Caller, drafts []links.Draft, p links.Patience) []links.Result {
	if len(drafts) == 0 {
		return nil
	}
	s.enter(len(drafts))
	results := make([]links.Result, len(drafts))
	var block int
	fmt.Sscan(strings.TrimPrefix(*drafts[0].Fields.URL, "https://example.com/"), &block)
	for range s.waits(block) {
		time.Sleep(p.Within)
		p.Waiting(links.ErrUnavailable)
	}
	select {
	case <-time.After(s.takes(block)):
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay--
	s.finished = append(s.finished, block)
	for i, d := range drafts {
		switch {
		case ctx.Err() != nil || s.fails(block):
			results[i].Err = links.ErrUnavailable
		default:
			results[i] = s.make(d)
		}
	}
	return results
}

func (s *slow) enter(drafts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay++
	s.most = max(s.most, s.underWay)
	s.sizes = append(s.sizes, drafts)
}

// make holds mu.
func (s *slow) make(d links.Draft) links.Result {
	target := links.TargetTerm(*d.Fields.URL)
	held, ours := s.codes[d.Alias]
	switch {
	case d.Alias != "" && ours && held == target, d.Alias == "" && d.Reuse && s.targets[target]:
		return links.Result{Made: &links.Made{Existed: true}}
	case d.Alias != "" && ours:
		return links.Result{Err: links.ErrTaken}
	}
	if d.Alias != "" {
		s.codes[d.Alias] = target
	}
	s.targets[target] = true
	return links.Result{Made: &links.Made{}}
}
