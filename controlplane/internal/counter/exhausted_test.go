package counter_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/sync/link"
)

// small is an Issuer whose lengths have few numbers each.
type small struct {
	each uint64
	used map[int]uint64
}

func (s *small) LeaseRange(_ context.Context, l counter.Lease) (counter.Range, error) {
	first := s.used[l.Length]
	size := min(l.Size, s.each-first)
	if size == 0 {
		return counter.Range{}, counter.ErrExhausted
	}
	s.used[l.Length] += size
	return counter.Range{First: first, Size: size}, nil
}

// A length that has no numbers left is followed by the next one, and nobody asks
// for it again; when the last one has none left, either, minting says so.
func TestALengthEnds(t *testing.T) {
	m := newMinter(t, &small{each: 1500, used: map[int]uint64{}})
	minted := map[[2]uint64]bool{}
	for range 3000 {
		id, length, err := m.Mint(t.Context(), link.MaxLength-1)
		if err != nil {
			t.Fatal(err)
		}
		minted[[2]uint64{uint64(length), id}] = true
	}
	if len(minted) != 3000 || !minted[[2]uint64{link.MaxLength - 1, 1499}] || !minted[[2]uint64{link.MaxLength, 1499}] {
		t.Errorf("%d numbers of two lengths", len(minted))
	}
	if _, _, err := m.Mint(t.Context(), link.MaxLength-1); !errors.Is(err, counter.ErrExhausted) {
		t.Errorf("when all lengths have ended: %v", err)
	}
}

// The alarm rings once, when four fifths of a length are leased.
func TestAlarmRings(t *testing.T) {
	store := &memory{limit: 1 << 62, taken: map[counter.Shard]uint64{}}
	s := newSharded(t, store)
	var log bytes.Buffer
	registry := prometheus.NewRegistry()
	alarm, err := counter.NewAlarm(s, slog.New(slog.NewTextHandler(&log, nil)), registry)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.LeaseRange(t.Context(), counter.Lease{Length: 7, Size: 1}); err != nil {
		t.Fatal(err)
	}
	alarm.Look(t.Context())
	if log.Len() > 0 {
		t.Errorf("the first lease is an alarm: %s", &log)
	}
	for home := range store.taken { // a shard of 64, as if 58 were leased
		store.taken[home] = (home.End - home.First) * 58
	}
	uses, err := s.Usage(t.Context())
	if err != nil || len(uses) != 1 || uses[0].Length != 7 || uses[0].Ratio() < 0.9 || uses[0].Ratio() > 0.91 {
		t.Errorf("usage %+v, %v", uses, err)
	}
	for range 2 {
		alarm.Look(t.Context())
	}
	if n := strings.Count(log.String(), "come to an end"); n != 1 {
		t.Errorf("the alarm rang %d times: %s", n, &log)
	}
	if n, err := testutil.GatherAndCount(registry, "fingerpost_control_codes_leased_ratio"); n != 1 || err != nil {
		t.Errorf("%d lengths are exported (%v)", n, err)
	}
}
