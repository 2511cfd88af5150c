package events_test

import (
	"fmt"
	"net/netip"
	"sync"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
)

// source is a cursor that keeps its promise, over records in memory.
type source struct {
	mu       sync.Mutex
	records  []spool.Record // guarded by mu; those that are not done with
	under    int            // guarded by mu; how many of them are in the batch under way
	sequence uint64         // guarded by mu
}

const recordBytes = 100

func (s *source) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range n {
		s.records = append(s.records, spool.Record{
			At: int64(1_800_000_000_000 + i), Domain: []byte("a.example"), Code: fmt.Appendf(nil, "c%d", i%7),
			Agent: []byte("curl/8.0"), Network: netip.MustParseAddr("203.0.113.0"),
		})
	}
}

func (s *source) Next(take func(*spool.Record) bool) (b spool.Batch, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.records) == 0 {
		return b, false, nil
	}
	if s.under > 0 {
		for i := range s.under {
			take(&s.records[i])
		}
	} else {
		s.sequence++
		for s.under < len(s.records) {
			s.under++
			if !take(&s.records[s.under-1]) {
				break
			}
		}
	}
	return spool.Batch{Epoch: 7, Sequence: s.sequence, Count: uint64(s.under)}, true, nil
}

func (s *source) Done() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records, s.under = s.records[s.under:], 0
	return nil
}

func (s *source) Waiting() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.records)) * recordBytes
}
