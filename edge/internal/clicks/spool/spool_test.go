package spool_test

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/sync/folder"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// small makes a page a segment, so that a test fills some.
func small(data string) spool.Options {
	return spool.Options{
		Data: data, Bytes: 8 << 20, Segment: os.Getpagesize(), Sync: time.Hour, Cursors: []string{"ship"}, Logger: slog.New(slog.DiscardHandler),
	}
}

func open(t testing.TB, o spool.Options) *spool.Spool {
	t.Helper()
	s, err := spool.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	return s
}

func closed(t testing.TB, s *spool.Spool) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// click is a record of its own.
func click(n int) *spool.Record {
	return &spool.Record{
		At: int64(n), Visitor: uint32(n), Network: netip.MustParseAddr("192.0.2.77"), Domain: []byte("a.example"), Code: fmt.Append(nil, "code", n),
		Agent: []byte("Mozilla/5.0"), Referrer: []byte("news.example"), Language: []byte("de-CH"), Query: []byte("utm_source=mail"),
	}
}

// add appends until there is room: a segment may be on its way.
func add(t testing.TB, s *spool.Spool, r *spool.Record) {
	t.Helper()
	until(t, "there is room", func() bool { return s.Append(r) })
}

// until polls: nothing here says when it will have happened, only by when.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never happened: ", what)
		}
	}
}

// next takes at most so many records and gives their codes.
func next(t testing.TB, c *spool.Cursor, most int) (b spool.Batch, codes []string, ok bool) {
	t.Helper()
	b, ok, err := c.Next(func(r *spool.Record) bool {
		codes = append(codes, string(r.Code))
		return len(codes) < most
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, codes, ok
}

// ledger is a control plane that keeps its promise: a batch is booked once.
type ledger struct {
	digests map[string]uint64
	booked  map[string]int // clicks, by code
}

func newLedger() *ledger { return &ledger{map[string]uint64{}, map[string]int{}} }

func (l *ledger) clone() *ledger { return &ledger{maps.Clone(l.digests), maps.Clone(l.booked)} }

func (l *ledger) book(b spool.Batch, codes []string) (conflict bool) {
	number := fmt.Sprint(b.Epoch, " ", b.Sequence)
	if digest, known := l.digests[number]; known {
		return digest != b.Digest
	}
	l.digests[number] = b.Digest
	for _, code := range codes {
		l.booked[code]++
	}
	return false
}

// holds says what is wrong if not each of the clicks up to n is booked once.
func (l *ledger) holds(n int) error {
	for i := range n {
		if got := l.booked[fmt.Sprint("code", i)]; got != 1 {
			return fmt.Errorf("click %d of %d is booked %d times", i, n, got)
		}
	}
	if len(l.booked) != n {
		return fmt.Errorf("%d different clicks are booked of %d", len(l.booked), n)
	}
	return nil
}

// drain books everything until the spool has nothing left, and ends it.
func drain(t testing.TB, s *spool.Spool, l *ledger) {
	t.Helper()
	s.End()
	c := s.Cursor("ship")
	for {
		b, codes, ok := next(t, c, 7)
		if !ok {
			break
		}
		if l.book(b, codes) {
			t.Errorf("batch %d of %d was booked with other clicks", b.Sequence, b.Epoch)
		}
		if err := c.Done(); err != nil {
			t.Error(err)
		}
	}
	if n := c.Waiting(); n != 0 {
		t.Errorf("%d bytes wait in an empty spool", n)
	}
}

// snapshot copies the folder, as a crash would leave it now.
func snapshot(t testing.TB, data string) string {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(copied, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	return copied
}

// epochs lists the folders of a spool.
func epochs(t testing.TB, data string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(data, "spool"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// segments lists the files of records.
func segments(t testing.TB, data string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "spool", "*", "*-*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestRecordsComeBack(t *testing.T) {
	for name, bytes := range map[string]int64{"on disk": 8 << 20, "in memory": -1} {
		t.Run(name, func(t *testing.T) {
			o := small(t.TempDir())
			o.Bytes = bytes
			s := open(t, o)
			defer closed(t, s)
			v6 := click(1)
			v6.Network = netip.MustParseAddr("2001:db8:1:2:3:4:5:6")
			bare := &spool.Record{At: -5, Domain: []byte("b.example"), Code: []byte("x")}
			long := click(2)
			long.Agent = []byte(strings.Repeat("a", 5000))
			for _, r := range []*spool.Record{click(0), v6, bare, long} {
				add(t, s, r)
			}
			var got []string
			_, ok, err := s.Cursor("ship").Next(func(r *spool.Record) bool {
				got = append(got, fmt.Sprintf("%d %d %s %s/%s %s %s %s %s", r.At, r.Visitor, r.Network, r.Domain, r.Code, r.Agent, r.Referrer, r.Language, r.Query))
				return true
			})
			want := []string{
				"0 0 192.0.2.0 a.example/code0 Mozilla/5.0 news.example de-CH utm_source=mail",
				"1 1 2001:db8:1:: a.example/code1 Mozilla/5.0 news.example de-CH utm_source=mail",
				"-5 0 invalid IP b.example/x    ",
				"2 2 192.0.2.0 a.example/code2 " + strings.Repeat("a", 255) + " news.example de-CH utm_source=mail",
			}
			slices.Sort(got)
			slices.Sort(want)
			if err != nil || !ok || !slices.Equal(got, want) {
				t.Errorf("%v, error %v\n got %q\nwant %q", ok, err, got, want)
			}
		})
	}
}

// Segments are filled, read and removed; nothing is left when all is dealt with.
func TestSegmentsComeAndGo(t *testing.T) {
	for name, bytes := range map[string]int64{"on disk": 8 << 20, "in memory": -1} {
		t.Run(name, func(t *testing.T) {
			o := small(t.TempDir())
			o.Bytes = bytes
			s := open(t, o)
			defer closed(t, s)
			l := newLedger()
			c := s.Cursor("ship")
			const clicks = 3000
			var most int64
			for i := range clicks {
				add(t, s, click(i))
				if i%100 == 99 {
					b, codes, ok := next(t, c, 1000)
					if !ok || l.book(b, codes) || c.Done() != nil {
						t.Fatalf("batch %+v", b)
					}
				}
				most = max(most, s.Used())
			}
			if most > 64*int64(os.Getpagesize()) {
				t.Errorf("took %d bytes, though little waited", most)
			}
			drain(t, s, l)
			if err := l.holds(clicks); err != nil {
				t.Error(err)
			}
			if s.Used() != 0 || len(epochs(t, o.Data)) != 0 {
				t.Errorf("%d bytes and %v are left", s.Used(), epochs(t, o.Data))
			}
		})
	}
}

// A batch that is not done with comes again, whatever was appended since, and
// whatever is wanted of it.
func TestBatchesStay(t *testing.T) {
	s := open(t, small(t.TempDir()))
	defer closed(t, s)
	for i := range 10 {
		add(t, s, click(i))
	}
	c := s.Cursor("ship")
	first, codes, _ := next(t, c, 4)
	for i := range 100 {
		add(t, s, click(10+i))
	}
	again, same, ok := next(t, c, 1)
	if !ok || first.Digest != again.Digest || first.Sequence != again.Sequence || !slices.Equal(codes, same) || len(codes) != 4 {
		t.Errorf("first %+v %v, then %+v %v", first, codes, again, same)
	}
}

// What one reader is done with stays for the other.
func TestTwoCursors(t *testing.T) {
	o := small(t.TempDir())
	o.Cursors = []string{"ship", "events"}
	s := open(t, o)
	const clicks = 500
	for i := range clicks {
		add(t, s, click(i))
	}
	shipped := newLedger()
	drain(t, s, shipped)
	closed(t, s)
	s = open(t, o) // what the other one has not read outlives the process
	defer closed(t, s)
	read := newLedger()
	for c := s.Cursor("events"); ; {
		b, codes, ok := next(t, c, 90)
		if !ok {
			break
		}
		read.book(b, codes)
		if err := c.Done(); err != nil {
			t.Fatal(err)
		}
	}
	for name, l := range map[string]*ledger{"shipped": shipped, "read": read} {
		if err := l.holds(clicks); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	until(t, "the epoch is removed", func() bool {
		_, _, _ = next(t, s.Cursor("ship"), 1)
		return len(epochs(t, o.Data)) == 1
	})
}

func TestLocked(t *testing.T) {
	o := small(t.TempDir())
	s := open(t, o)
	if _, err := spool.Open(o); !errors.Is(err, folder.ErrInUse) {
		t.Errorf("opened a second time: %v", err)
	}
	closed(t, s)
	closed(t, open(t, o))
}

// No file holds more of an address than its network.
func TestAddressIsCut(t *testing.T) {
	o := small(t.TempDir())
	s := open(t, o)
	defer closed(t, s)
	addresses := []string{"203.0.113.254", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"}
	for _, a := range addresses {
		r := click(1)
		r.Network = netip.MustParseAddr(a)
		add(t, s, r)
	}
	for _, name := range segments(t, o.Data) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range addresses {
			if b := netip.MustParseAddr(a).AsSlice(); strings.Contains(string(text), string(b)) || strings.Contains(string(text), string(b[len(b)-2:])) {
				t.Errorf("%s is in %s", a, name)
			}
		}
	}
}
