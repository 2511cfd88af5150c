package verify

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/fingerpost/fingerpost/bench/load"
)

// entry is what is known of one link: what it must answer, and what it did.
type entry struct {
	code, host string
	target     string // changes only between stages

	clicks atomic.Uint64 // redirects received: each must be counted
	open   atomic.Uint64 // requests without an answer: each may be counted
}

// request appends a GET of the link.
func (e *entry) request(buf []byte) []byte {
	buf = append(buf, "GET /"...)
	buf = append(buf, e.code...)
	buf = append(buf, " HTTP/1.1\r\nHost: "...)
	buf = append(buf, e.host...)
	return append(buf, "\r\nUser-Agent: fingerpost-bench\r\n\r\n"...)
}

// book enters an answer, or the lack of one. Any redirect is a click, also one
// to the wrong place; any other answer is none.
func (e *entry) book(a *load.Answer, err error) {
	switch {
	case err != nil:
		e.open.Add(1)
	case a.Status/100 == 3:
		e.clicks.Add(1)
	}
}

// later tells whether an edge said that it has no answer now, which is a contract and no
// click.
func later(a *load.Answer) bool { return a.Status == 503 && len(a.RetryAfter) > 0 }

// wrong says what is the matter with a complete answer; it is empty if the
// answer is a 302 to exactly target.
func (e *entry) wrong(a *load.Answer, target string) string {
	switch {
	case a.Status != 302:
		return fmt.Sprintf("%s: answered %d (Retry-After %q), want 302", e.code, a.Status, a.RetryAfter)
	case string(a.Location) != target:
		return fmt.Sprintf("%s: redirected to %q, want %q", e.code, a.Location, target)
	}
	return ""
}

// maxExamples bounds how many faults of a kind are told in words.
const maxExamples = 10

// Faults are things of one kind that did not hold: how many, and the first few.
// It may be added to by several workers.
type Faults struct {
	mu    sync.Mutex
	Count int      `json:"count"`
	First []string `json:"first,omitempty"`
}

func (f *Faults) add(example string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Count++
	if len(f.First) < maxExamples {
		f.First = append(f.First, example)
	}
}
