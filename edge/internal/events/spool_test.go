package events_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/edge/internal/events"
)

func openSpool(t *testing.T, dir string) *spool.Spool {
	t.Helper()
	s, err := spool.Open(spool.Options{Data: dir, Bytes: 4 << 20, Cursors: []string{"ship", "events"}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	return s
}

// From the real spool, beside a cursor that stands still, over a restart in the
// middle of a batch: each click arrives.
func TestFromTheSpool(t *testing.T) {
	c := cluster(t)
	dir := t.TempDir()
	record := func(s *spool.Spool, from, to int) {
		for i := from; i < to; i++ {
			if !s.Append(&spool.Record{At: 1, Domain: []byte("a.example"), Code: fmt.Appendf(nil, "c%d", i)}) {
				t.Fatal("no room in the spool")
			}
		}
	}
	first := openSpool(t, dir)
	record(first, 0, 6000)
	cursor := first.Cursor("events")
	took := 0
	if _, ok, err := cursor.Next(func(*spool.Record) bool { took++; return took < 10 }); !ok || err != nil || took != 10 {
		t.Fatalf("a batch of %d: %v, %v", took, ok, err)
	}
	first.End()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openSpool(t, dir)
	record(second, 6000, 7000)
	sender := newSender(t, second.Cursor("events"), c.ListenAddrs(), func(o *events.Options) { o.MaxWaiting = 2 << 20 })
	sender.Start()
	eventually(t, "all events", func() bool { return metric(t, sender, "fingerpost_edge_events_sent_total") == 7000 })
	stop(t, sender, time.Minute)
	second.End()
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	got, all := received(t, c)
	codes := make(map[string]bool)
	for _, e := range got {
		codes[e.Code] = true
	}
	if len(got) != 7000 || all != 7000 || len(codes) != 7000 {
		t.Errorf("%d events of %d links, %d with those that came again", len(got), len(codes), all)
	}
}
