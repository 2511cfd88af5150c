package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// The lengths of slots in minutes.
const (
	hourMinutes = 60
	dayMinutes  = 24 * hourMinutes
)

// rollup adds up what batches count, so that each row is written once a booking,
// however many of them speak of it.
type rollup struct {
	store *Store
	tx    *sql.Tx
	kept  func(domain string) kept

	minutes, hours, days, totals slots

	sums tally // of one hour; kept from one to the next, because it is large
}

// slot is a row of one of the tables. at is its minute, hour or day.
type slot struct {
	domain, code string
	at           int64
	count, bots  int64
	added        int // how many counts it is of
	parts        []*wire.Part
	visitors     []uint32
	detail       []byte
}

type slots []slot

// last gives the slot of a key. Keys come in order.
func (s *slots) last(domain, code string, at int64) *slot {
	if n := len(*s); n == 0 || (*s)[n-1].domain != domain || (*s)[n-1].code != code || (*s)[n-1].at != at {
		*s = append(*s, slot{domain: domain, code: code, at: at})
	}
	return &(*s)[len(*s)-1]
}

func (s *slot) add(c *wire.ClickCount) {
	s.added++
	s.count += int64(c.GetCount())
	s.bots += int64(c.GetBots())
}

// sorted gives what batches count in the order of the tables' keys: two bookings
// lock common rows in one order, and neither waits for the other for ever.
func sorted(batches []*wire.Batch) []counted {
	var all []counted
	for _, b := range batches {
		for _, c := range b.GetCounts() {
			all = append(all, counted{c, b.GetEdge()})
		}
	}
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(cmp.Compare(a.GetDomain(), b.GetDomain()), cmp.Compare(a.GetCode(), b.GetCode()), cmp.Compare(a.GetMinute(), b.GetMinute()))
	})
	return all
}

// addCounts adds what is sorted to minutes and totals.
func (r *rollup) addCounts(all []counted) {
	for _, c := range all {
		r.minutes.last(c.GetDomain(), c.GetCode(), c.GetMinute()).add(c.ClickCount)
		r.totals.last(c.GetDomain(), c.GetCode(), 0).add(c.ClickCount)
	}
}

// addDetails adds what is sorted to hours and days.
func (r *rollup) addDetails(all []counted) error {
	for _, c := range all {
		hour := r.hours.last(c.GetDomain(), c.GetCode(), c.GetMinute()/hourMinutes)
		hour.add(c.ClickCount)
		hour.parts = append(hour.parts, c.GetParts()...)
		hour.visitors = append(hour.visitors, c.GetVisitors()...)
	}
	for i := range r.hours {
		if err := r.addHour(&r.hours[i]); err != nil {
			return err
		}
	}
	return nil
}

// addHour encodes an hour, and puts it behind what its day has.
func (r *rollup) addHour(hour *slot) (err error) {
	if hour.added > 1 || len(hour.parts) > detailValues {
		clear(r.sums)
		r.sums.add(hour.parts)
		hour.parts = r.sums.parts(detailValues)
	}
	if hour.detail, err = encode(&wire.Parts{Parts: hour.parts}); err != nil {
		return err
	}
	visitors, err := encode(&wire.Parts{Visitors: distinct(hour.visitors)})
	if err != nil {
		return err
	}
	day := r.days.last(hour.domain, hour.code, hour.at*hourMinutes/dayMinutes)
	day.count, day.bots = day.count+hour.count, day.bots+hour.bots
	if day.detail == nil {
		day.detail = []byte{} // or else it would be stored as NULL
	}
	day.detail = append(append(day.detail, hour.detail...), visitors...)
	return nil
}

// writeDetails skips slots that are over already: a late batch counts in what is
// kept.
func (r *rollup) writeDetails(ctx context.Context) error {
	hours := r.hours.without(func(s slot) bool { return s.at < r.kept(s.domain).hour })
	if err := r.store.addDetailed(ctx, r.tx, clickHours, hours); err != nil {
		return fmt.Errorf("adding hours: %w", err)
	}
	days := r.days.without(func(s slot) bool { return s.at < r.kept(s.domain).day })
	if err := r.store.addDetailed(ctx, r.tx, clickDays, days); err != nil {
		return fmt.Errorf("adding days: %w", err)
	}
	return nil
}

func (s slots) without(over func(slot) bool) slots {
	return slices.DeleteFunc(slices.Clone(s), over)
}

// columns gives domains, codes, slots, counts and bots.
func (s slots) columns() (domains, codes []string, at, counts, bots []int64) {
	for i := range s {
		domains, codes = append(domains, s[i].domain), append(codes, s[i].code)
		at, counts, bots = append(at, s[i].at), append(counts, s[i].count), append(bots, s[i].bots)
	}
	return domains, codes, at, counts, bots
}

const addMinutes = `
ON CONFLICT (domain, code, minute) DO UPDATE SET count = click_minutes.count + excluded.count,
 bots = click_minutes.bots + excluded.bots, rolled = click_minutes.rolled + excluded.rolled`

func (r *rollup) writeMinutes(ctx context.Context) error {
	minutes := r.minutes.without(func(s slot) bool { return s.at < r.kept(s.domain).minute })
	domains, codes, at, counts, bots := minutes.columns()
	err := r.store.dialect.each(columns{domains, codes, at, counts, bots, counts}, func(source string, a args) error {
		_, err := r.tx.ExecContext(ctx, `INSERT INTO click_minutes (domain, code, minute, count, bots, rolled) `+source+addMinutes, a...)
		return err
	})
	if err != nil {
		return fmt.Errorf("adding minutes: %w", err)
	}
	return nil
}

const addTotals = `
ON CONFLICT (domain, code) DO UPDATE SET count = click_totals.count + excluded.count, bots = click_totals.bots + excluded.bots`

func (r *rollup) writeTotals(ctx context.Context) error {
	domains, codes, _, counts, bots := r.totals.columns()
	err := r.store.dialect.each(columns{domains, codes, counts, bots}, func(source string, a args) error {
		_, err := r.tx.ExecContext(ctx, `INSERT INTO click_totals (domain, code, count, bots) `+source+addTotals, a...)
		return err
	})
	if err != nil {
		return fmt.Errorf("adding totals: %w", err)
	}
	return nil
}
