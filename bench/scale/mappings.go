//go:build linux

package scale

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/fingerpost/fingerpost/bench/load"
)

// mapping is what an edge answers.
type mapping struct{ code, url string }

// choose takes some links at random from all of the store: those that the edge will
// hold, and at most as many again for misses.
func (s *system) choose(ctx context.Context) error {
	held, misses := s.options.Held, s.options.Rounds*s.options.Redirects/missEvery+s.options.Lookups
	held = min(held, s.size/2)
	wanted := held + min(misses, s.size/2)
	rows, err := psql(ctx, s.url(), fmt.Sprintf(`SELECT code, url FROM links
 WHERE status = 1 AND abs(hashtext(code)::bigint) %% %d < %d`, s.size, wanted+wanted/10+100))
	if err != nil {
		return fmt.Errorf("choosing links: %w", err)
	}
	all := make([]mapping, len(rows))
	for i, row := range rows {
		all[i] = mapping{row[0], row[1]}
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if len(all) < held+1 {
		return fmt.Errorf("choosing links: found %d, want %d", len(all), wanted)
	}
	s.held, s.other = all[:held], all[held:]
	return nil
}

// warm has the edge ask for what it is to hold. On a busy machine it may have no
// answer in time, and is asked again.
func (s *system) warm(ctx context.Context) error {
	missing := s.held
	for again := 0; len(missing) > 0; again++ {
		if again == 10 {
			return fmt.Errorf("the edge has no answer for %d of %d links", len(missing), len(s.held))
		}
		w := &warming{all: missing}
		_, err := load.Run(ctx, load.Options{Addrs: []string{s.addr}, Connections: 64, Requests: uint64(len(missing)), Source: w})
		if err != nil {
			return fmt.Errorf("asking the edge for its links: %w", err)
		}
		missing = w.wrong
	}
	return nil
}

// warming asks for each once.
type warming struct {
	all   []mapping
	mu    sync.Mutex
	wrong []mapping
}

func (w *warming) Request(n uint64, buf []byte) []byte { return appendRequest(buf, w.all[n].code) }

func (w *warming) Answered(n uint64, a *load.Answer, err error) {
	if err == nil && a.Status == 302 && string(a.Location) == w.all[n].url {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, w.all[n])
}

// appendRequest is what a browser asks, more or less.
func appendRequest(buf []byte, code string) []byte {
	return slices.Concat(buf, []byte("GET /"), []byte(code), []byte(" HTTP/1.1\r\nHost: "+domain+
		"\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n"+
		"Accept: text/html,*/*;q=0.8\r\n\r\n"))
}
