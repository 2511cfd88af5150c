package limit_test

import (
	"encoding/binary"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/limit"
)

var (
	scanner = netip.MustParseAddr("192.0.2.1")
	other   = netip.MustParseAddr("192.0.2.2")
)

// limiter has ten tokens, two more a second, on a clock of the test's.
func limiter(t *testing.T, now *time.Time) *limit.Limiter {
	t.Helper()
	l, err := limit.New(limit.Options{Rate: 2, Burst: 10, Addresses: 100, Now: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A scanner finds its burst's worth, then its rate's.
func TestRate(t *testing.T) {
	now := time.Unix(1000, 0)
	l := limiter(t, &now)
	found := 0
	for second := range 60 {
		for i := range 100 {
			if l.Wait(scanner) == 0 {
				found++
				l.Charge(scanner, uint64(second*100+i))
			}
		}
		now = now.Add(time.Second)
	}
	if want := 10 + 59*2; found != want {
		t.Errorf("%d codes in a minute, want %d", found, want)
	}
	if w := l.Wait(other); w != 0 {
		t.Errorf("somebody else waits %v", w)
	}
	now = now.Add(time.Hour)
	for i := range 10 {
		if l.Wait(scanner) != 0 {
			t.Errorf("waits after %d codes in an hour", i)
		}
		l.Charge(scanner, uint64(i))
	}
	if w := l.Wait(scanner); w != 500*time.Millisecond {
		t.Errorf("waits %v for a token, want half a second", w)
	}
}

func TestOneDeadLinkIsChargedOnce(t *testing.T) {
	now := time.Unix(1000, 0)
	l := limiter(t, &now)
	for range 10_000 {
		l.Charge(scanner, 7)
	}
	if w := l.Wait(scanner); w != 0 {
		t.Errorf("waits %v", w)
	}
}

// What was under way when the bucket ran dry does not shut an address out.
func TestDebtIsBounded(t *testing.T) {
	now := time.Unix(1000, 0)
	l := limiter(t, &now)
	for i := range uint64(10_000) {
		l.Charge(scanner, i)
	}
	if w := l.Wait(scanner); w != 1500*time.Millisecond {
		t.Errorf("waits %v, want 1.5 s", w)
	}
}

// L3: memory is bounded, whoever comes.
func TestManyAddresses(t *testing.T) {
	now := time.Unix(1000, 0)
	l := limiter(t, &now)
	for i := range uint32(100_000) {
		l.Charge(netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, i))), 1)
	}
	if n := l.Holders(); n != 100 {
		t.Errorf("%d addresses are remembered, want 100", n)
	}
}

func TestF16ClockSetBack(t *testing.T) {
	now := time.Unix(100_000, 0)
	l := limiter(t, &now)
	for i := range uint64(5) {
		l.Charge(scanner, i)
	}
	now = now.Add(-time.Hour)
	if w := l.Wait(scanner); w != 0 {
		t.Errorf("waits %v with tokens left", w)
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]limit.Options{
		"NaN": {Rate: math.NaN()}, "infinite": {Rate: math.Inf(1)}, "burst": {Burst: -1}, "addresses": {Addresses: -1},
	} {
		if _, err := limit.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	unbounded, err := limit.New(limit.Options{Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(10_000) {
		unbounded.Charge(scanner, i)
	}
	if unbounded.Wait(scanner) != 0 || unbounded.Wait(netip.Addr{}) != 0 {
		t.Error("waits without a bound")
	}
}
