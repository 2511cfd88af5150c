package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// anyCount has more or less of everything.
func anyCount(random *rand.Rand) *wire.ClickCount {
	c := &wire.ClickCount{
		Domain: "go.example", Code: fmt.Sprint("c", random.IntN(5)), Minute: random.Int64N(1 << 31), Count: random.Uint64N(1 << 40),
	}
	c.Bots = random.Uint64N(c.Count + 1)
	for range random.IntN(4) {
		c.Parts = append(c.Parts, &wire.Part{Dimension: wire.Dimension(random.IntN(10)), Value: fmt.Sprint("Ü\x00", random.IntN(9)), Count: random.Uint64N(300)})
		c.Visitors = append(c.Visitors, random.Uint32())
	}
	return c
}

// TestJournalEntry: what is written by hand is what wire's messages say, and what is
// read by hand too.
func TestJournalEntry(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for range 200 {
		var entry []byte
		want := new(wire.Batch)
		for range random.IntN(5) {
			c := anyCount(random)
			var err error
			if entry, err = store.AppendEntry(entry, c, "edge-1"); err != nil {
				t.Fatal(err)
			}
			if people := c.GetCount() - c.GetBots(); people > 0 {
				c.Parts = append(c.Parts, &wire.Part{Dimension: wire.Dimension_DIMENSION_EDGE, Value: "edge-1", Count: people})
			}
			want.Counts = append(want.Counts, c)
		}
		library := new(wire.Batch)
		if err := proto.Unmarshal(entry, library); err != nil || !proto.Equal(library, want) {
			t.Fatalf("the library reads %v (%v), want %v", library, err, want)
		}
		if got, err := store.ReadEntry(entry); err != nil || !proto.Equal(&wire.Batch{Counts: got}, want) {
			t.Fatalf("read %v (%v), want %v", got, err, want)
		}
	}
}

// FuzzJournalEntry: whatever stands there, reading ends, and gives no more than there is.
func FuzzJournalEntry(f *testing.F) {
	entry, err := store.AppendEntry(nil, anyCount(rand.New(rand.NewPCG(1, 2))), "edge-1")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(entry)
	f.Add(entry[:len(entry)-3])
	f.Fuzz(func(t *testing.T, entry []byte) {
		if got, err := store.ReadEntry(entry); len(got) > len(entry)/2 || err != nil && got != nil {
			t.Errorf("%d counts in %d bytes, %v", len(got), len(entry), err)
		}
	})
}
