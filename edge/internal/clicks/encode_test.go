package clicks_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// typesetter holds what it is sent against what the generated code makes of it.
type typesetter struct {
	*books
	t        *testing.T
	rows     int
	bots     uint64
	visitors int
}

func (s *typesetter) Ship(ctx context.Context, b *wire.Batch) error {
	sent, err := proto.Marshal(b)
	if err != nil {
		return err
	}
	got := new(wire.Batch)
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(sent, got); err != nil {
		s.t.Error(err)
		return clicks.ErrRefused
	}
	counts, err := proto.Marshal(&wire.Batch{Counts: got.GetCounts()})
	if err != nil || proto.Size(got) != len(sent) || !bytes.HasSuffix(sent, counts) {
		s.t.Errorf("%v: %d bytes would have been sent otherwise", err, len(sent))
	}
	for _, c := range got.GetCounts() {
		s.rows, s.bots, s.visitors = s.rows+1, s.bots+c.GetBots(), s.visitors+len(c.GetVisitors())
	}
	return s.books.Ship(ctx, b)
}

// Batches are encoded to the byte as the generated code does it.
func TestEncodedAsGenerated(t *testing.T) {
	s := &typesetter{books: newBooks(func() fault { return none }), t: t}
	noon := time.Unix(20_000*86_400+12*3600, 0)
	r := newRecorder(t, s, func(o *clicks.Options) { o.Visits, o.Now = mirror{}, func() time.Time { return noon } })
	r.Start()
	until(t, "the key is asked for", func() bool { return s.salts.Load() > 0 })
	const links = 20
	for link := range links {
		for i := range 1 + link*link { // a row of one part, and rows of hundreds
			c := clicks.Click{
				Domain: fmt.Sprint("d", link%3, ".example"), Code: fmt.Sprint("c", link), At: noon.UnixMilli() + int64(link%4)*60_000,
				Agent: fmt.Append(nil, "agent", i*i%97), Address: netip.AddrFrom4([4]byte{192, 0, byte(i), byte(link)}),
				Language: []byte("de"), Query: fmt.Append(nil, "utm_source=", i*link),
			}
			if i%7 == 3 {
				c.Agent = []byte("bot crawler")
			}
			r.Record(c)
		}
	}
	stop(t, r)
	if s.rows < links || s.bots == 0 || s.visitors == 0 {
		t.Errorf("%d rows, %d bots, %d visitors", s.rows, s.bots, s.visitors)
	}
}
