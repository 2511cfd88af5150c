package visit_test

import (
	"encoding/binary"
	"math"
	"net/netip"
	"testing"

	"github.com/axiomhq/hyperloglog"

	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

func address(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

func TestRegister(t *testing.T) {
	today, tomorrow := &[16]byte{1}, &[16]byte{2}
	const agent = 7
	one := visit.Register(today, address(1), agent)
	for name, c := range map[string]struct {
		got  uint32
		same bool
	}{
		"the same visitor on the same day": {visit.Register(today, address(1), agent), true},
		"the address written as IPv6":      {visit.Register(today, netip.MustParseAddr("::ffff:0.0.0.1"), agent), true},
		"the next day":                     {visit.Register(tomorrow, address(1), agent), false},
		"another address":                  {visit.Register(today, address(2), agent), false},
		"another agent":                    {visit.Register(today, address(1), agent+1), false},
	} {
		if (c.got == one) != c.same {
			t.Errorf("%s: %d beside %d", name, c.got, one)
		}
	}
	if got := visit.Register(today, netip.Addr{}, agent); got != 0 {
		t.Errorf("without an address: %d", got)
	}
}

// hash is what a register keeps of the visitor's hash.
func hash(t *testing.T, register uint32) uint64 {
	index, rank := uint64(register>>6), register&63
	if index >= 1<<25 || rank < 1 || rank > 40 {
		t.Fatalf("register %d: index %d, rank %d", register, index, rank)
	}
	if rank == 40 {
		return index << 39
	}
	return index<<39 | 1<<(39-rank)
}

// Ranks are those of a hash: half of all 1, a quarter 2 and so on.
func TestRanks(t *testing.T) {
	const visitors = 100_000
	counts := make(map[uint32]int)
	for n := range uint32(visitors) {
		register := visit.Register(&[16]byte{9}, address(n), 0)
		hash(t, register)
		counts[register&63]++
	}
	for rank, want := range map[uint32]int{1: visitors / 2, 2: visitors / 4, 3: visitors / 8, 4: visitors / 16} {
		if got := counts[rank]; got < want*95/100 || got > want*105/100 {
			t.Errorf("rank %d came %d times, want about %d", rank, got, want)
		}
	}
}

// A sketch that is made of registers counts a million visitors within 1 %.
func TestUniqueVisitors(t *testing.T) {
	salt := &[16]byte{7}
	sketch, err := hyperloglog.NewSketch(16, true)
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint32(1_000_000) {
		sketch.InsertHash(hash(t, visit.Register(salt, address(n), 0)))
		switch n + 1 {
		case 1000, 10_000, 100_000, 1_000_000:
			got := sketch.Estimate()
			off := math.Abs(float64(got)/float64(n+1) - 1)
			t.Logf("%d visitors: %d (%.2f %% off)", n+1, got, off*100)
			if off > 0.01 {
				t.Errorf("%d visitors counted as %d", n+1, got)
			}
		}
	}
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.77":               "203.0.113.0",
		"::ffff:203.0.113.77":        "203.0.113.0",
		"2001:db8:1234:5678::1":      "2001:db8:1234::",
		"fe80::1%eth0":               "fe80::",
		"2001:db8::ffff:203.0.113.7": "2001:db8::",
	} {
		if got := visit.Network(netip.MustParseAddr(address)); got.String() != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	if got := visit.Network(netip.Addr{}); got.IsValid() {
		t.Errorf("of no address: %s", got)
	}
}

func TestRegisterDoesNotAllocate(t *testing.T) {
	salt, a := &[16]byte{1}, address(1)
	if n := testing.AllocsPerRun(1000, func() { visit.Register(salt, a, 7); visit.Network(a) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRegister(b *testing.B) {
	salt, a := &[16]byte{1}, address(1)
	for b.Loop() {
		visit.Register(salt, a, 7)
	}
}
