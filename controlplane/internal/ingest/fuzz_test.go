package ingest

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// E15: a batch that is taken says of no link more people, bots or parts than clicks.
func FuzzCheck(f *testing.F) {
	for _, c := range []*wire.ClickCount{
		{Domain: "a.example", Code: "code", Minute: 1, Count: 3, Bots: 1, Visitors: []uint32{1<<6 | 1},
			Parts: []*wire.Part{{Dimension: wire.Dimension_DIMENSION_OS, Value: "Linux", Count: 2}, {Dimension: wire.Dimension_DIMENSION_BOT, Value: "curl", Count: 1}}},
		{Domain: "a.example", Code: "code", Minute: 1, Count: 1, Bots: 2},
	} {
		seed, err := proto.Marshal(&wire.Batch{Edge: "e", Epoch: 1, Sequence: 1, Digest: 1, Boot: 1, Counts: []*wire.ClickCount{c}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		b := new(wire.Batch)
		if proto.Unmarshal(raw, b) != nil || check(b) != nil {
			return
		}
		for _, c := range b.GetCounts() {
			if c.GetBots()+uint64(len(c.GetVisitors())) > c.GetCount() {
				t.Errorf("taken: %v", c)
			}
			parts := make(map[wire.Dimension]uint64)
			for _, p := range c.GetParts() {
				if parts[p.GetDimension()] += p.GetCount(); parts[p.GetDimension()] > c.GetCount() {
					t.Errorf("taken: %v", c)
				}
			}
		}
	})
}
