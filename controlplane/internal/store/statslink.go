package store

import (
	"bytes"
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// linkSeries is Series of one link.
func (s *Store) linkSeries(ctx context.Context, key link.Key, t slotTable, from, to int64) (slots []stats.Slot, err error) {
	nothing := "CAST(NULL AS " + s.dialect.bytes + ")"
	err = s.linkSlots(ctx, key, t, nothing, nothing, from, to, func(one slot, _ []byte) error {
		start := one.at * t.width
		if n := len(slots); n == 0 || slots[n-1].Start != start {
			slots = append(slots, stats.Slot{Start: start})
		}
		last := &slots[len(slots)-1]
		last.Count, last.Bots = last.Count+uint64(one.count), last.Bots+uint64(one.bots)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading clicks: %w", err)
	}
	return slots, nil
}

// linkDetails is Details of one link.
func (s *Store) linkDetails(ctx context.Context, key link.Key, t slotTable, sketch string, from, to int64, each func(stats.Detail) error) error {
	err := s.linkSlots(ctx, key, t, "c.detail", sketch, from, to, func(one slot, sketch []byte) error {
		d, err := one.decode(t, sketch)
		if err != nil {
			return err
		}
		return each(d)
	})
	if err != nil {
		return fmt.Errorf("reading what is known of clicks: %w", err)
	}
	return nil
}

// inJournal stands where rows have their slot: it comes before all of them.
const inJournal = -1

// linkSlots gives each the slots of a link in order, those that are posted and those
// that the journal holds. One statement reads both, and so at one moment: whatever is
// posted meanwhile counts once. To post it first would take as long as what other
// links have left there.
func (s *Store) linkSlots(ctx context.Context, key link.Key, t slotTable, detail, sketch string, from, to int64, each func(one slot, sketch []byte) error) error {
	from, to = ceiling(from, t.width), ceiling(to, t.width)
	rows, err := s.read.QueryContext(ctx, fmt.Sprintf(`SELECT %d AS at, 0, 0, counts, NULL FROM click_journal WHERE bucket = $1
UNION ALL SELECT c.%[2]s, c.count, c.bots, %[4]s, %[5]s FROM %[3]s AS c
 WHERE c.domain = $2 AND c.code = $3 AND c.%[2]s >= $4 AND c.%[2]s < $5 ORDER BY at`, inJournal, t.column, t.table, detail, sketch),
		bucketOf(key.Domain, key.Code), key.Domain, key.Code, from, to)
	if err != nil {
		return err
	}
	defer rows.Close()
	found := unpostedClicks{key: key, table: t, from: from, to: to}
	for rows.Next() {
		var one slot
		var sketch []byte
		if err := rows.Scan(&one.at, &one.count, &one.bots, &one.detail, &sketch); err != nil {
			return err
		}
		if one.at == inJournal {
			err = found.add(one.detail)
		} else if err = found.before(one.at, each); err == nil {
			err = each(one, sketch)
		}
		if err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return found.before(to, each)
}

// unpostedClicks is what the journal holds of a link.
type unpostedClicks struct {
	key      link.Key
	table    slotTable
	from, to int64
	counts   []*wire.ClickCount // not yet in slots
	slots    slots
}

// add takes the link's counts from an entry. At those of others, which are nearly all,
// it looks for the code and no further.
func (u *unpostedClicks) add(entry []byte) error {
	code := []byte(u.key.Code)
	for len(entry) > 0 {
		_, kind, n := protowire.ConsumeField(entry)
		if n < 0 {
			return fmt.Errorf("reading the journal: %w", protowire.ParseError(n))
		}
		field := entry[:n]
		if entry = entry[n:]; kind != protowire.BytesType || !bytes.Contains(field, code) {
			continue
		}
		_, _, tagged := protowire.ConsumeTag(field)
		encoded, _ := protowire.ConsumeBytes(field[tagged:])
		c := new(wire.ClickCount)
		if err := proto.Unmarshal(encoded, c); err != nil {
			return fmt.Errorf("reading the journal: %w", err)
		}
		if c.GetDomain() == u.key.Domain && c.GetCode() == u.key.Code {
			u.counts = append(u.counts, c)
		}
	}
	return nil
}

// before gives each what it has before a slot. There is nothing to add any more.
func (u *unpostedClicks) before(at int64, each func(one slot, sketch []byte) error) error {
	if len(u.counts) > 0 {
		if err := u.divide(); err != nil {
			return err
		}
	}
	for len(u.slots) > 0 && u.slots[0].at < at {
		if one := u.slots[0]; one.at >= u.from {
			if err := each(one, nil); err != nil {
				return err
			}
		}
		u.slots = u.slots[1:]
	}
	return nil
}

func (u *unpostedClicks) divide() error {
	r := rollup{sums: make(tally)}
	if err := r.addDetails(sorted([]*wire.Batch{{Counts: u.counts}})); err != nil {
		return err
	}
	u.counts, u.slots = nil, r.hours
	if u.table.width == dayMinutes {
		u.slots = r.days
	}
	return nil
}
