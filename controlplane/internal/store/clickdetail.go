package store

import (
	"context"
	"database/sql"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/visitors"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// detailBytes is how long a row's detail may get before it is added up. Then it
	// may grow to twice of what was left, so that adding up costs little of what
	// appending does.
	detailBytes = 8 << 10
	// listedVisitors is how many registers a day lists before it keeps their sketch.
	listedVisitors = 2048
	// detailValues bounds a dimension's values. The clicks of those with fewest go
	// to the value "", so that sums stay exact.
	detailValues = 5000
)

// detailed is a table of slots with a detail.
type detailed struct {
	table, column string
	sketch        string // its column for the sketch of visitors; NULL if there is none
}

var (
	clickHours = detailed{"click_hours", "hour", "NULL"}
	clickDays  = detailed{"click_days", "day", "sketch"}
)

// addDetailed adds slots to a table. Details are put one behind the other, which
// takes no reading; rows that have become long are added up at once.
func (s *Store) addDetailed(ctx context.Context, tx *sql.Tx, t detailed, all slots) error {
	var long []longRow
	domains, codes, at, counts, bots := all.columns()
	details, packed := make([][]byte, len(all)), make([]int64, len(all))
	for i := range all {
		details[i] = all[i].detail
	}
	text := fmt.Sprintf(`
ON CONFLICT (domain, code, %[2]s) DO UPDATE SET count = %[1]s.count + excluded.count, bots = %[1]s.bots + excluded.bots,
 detail = CAST(%[1]s.detail || excluded.detail AS %[3]s)
RETURNING domain, code, %[2]s, CASE WHEN %[4]s THEN detail END, CASE WHEN %[4]s THEN %[5]s END`,
		t.table, t.column, s.dialect.bytes, fmt.Sprintf("length(detail) > %d AND length(detail) > 2 * packed", detailBytes), t.sketch)
	err := s.dialect.each(columns{domains, codes, at, counts, bots, details, packed}, func(source string, a args) error {
		rows, err := tx.QueryContext(ctx, `INSERT INTO `+t.table+` (domain, code, `+t.column+`, count, bots, detail, packed) `+source+text, a...)
		if err != nil {
			return err
		}
		more, err := readLong(rows)
		long = append(long, more...)
		return err
	})
	if err != nil {
		return err
	}
	return s.pack(ctx, tx, t, long)
}

// longRow is a row whose detail has become long.
type longRow struct {
	slot
	sketch []byte
}

func readLong(rows *sql.Rows) (long []longRow, err error) {
	defer rows.Close()
	for rows.Next() {
		var row longRow
		if err := rows.Scan(&row.domain, &row.code, &row.at, &row.detail, &row.sketch); err != nil {
			return nil, err
		}
		if row.detail != nil {
			long = append(long, row)
		}
	}
	return long, rows.Err()
}

// pack writes rows back with their details added up. They are locked: the
// transaction has just changed them.
func (s *Store) pack(ctx context.Context, tx *sql.Tx, t detailed, long []longRow) error {
	var domains, codes []string
	var at, lengths []int64
	var details, sketches [][]byte
	for _, row := range long {
		detail, sketch, err := packed(row.detail, row.sketch, t == clickDays)
		if err != nil {
			s.logger.Error("what is known of clicks cannot be read; their number is not affected",
				"domain", row.domain, "code", row.code, t.column, row.at, "error", err)
			detail, sketch = row.detail, row.sketch
		}
		domains, codes, at = append(domains, row.domain), append(codes, row.code), append(at, row.at)
		details, lengths, sketches = append(details, detail), append(lengths, int64(len(detail))), append(sketches, sketch)
	}
	rows, set := columns{domains, codes, at, details, lengths}, "detail = p.detail, packed = p.packed"
	names := "domain, code, at, detail, packed"
	if t == clickDays {
		rows, set, names = append(rows, sketches), set+", sketch = p.sketch", names+", sketch"
	}
	return s.dialect.each(rows, func(source string, a args) error {
		_, err := tx.ExecContext(ctx, `WITH p (`+names+`) AS (`+source+`) UPDATE `+t.table+` SET `+set+` FROM p
WHERE `+t.table+`.domain = p.domain AND `+t.table+`.code = p.code AND `+t.table+`.`+t.column+` = p.at`, a...)
		return err
	})
}

// packed adds a detail up. Once a day's visitors are many they are kept as a
// sketch, which from then on takes in those that are listed.
func packed(detail, sketch []byte, keepSketch bool) (newDetail, newSketch []byte, err error) {
	var p wire.Parts
	if err := proto.Unmarshal(detail, &p); err != nil {
		return nil, nil, fmt.Errorf("reading detail: %w", err)
	}
	sums := make(tally)
	sums.add(p.GetParts())
	p.Parts, p.Visitors = sums.parts(detailValues), distinct(p.GetVisitors())
	if keepSketch && (len(sketch) > 0 || len(p.GetVisitors()) > listedVisitors) {
		if sketch, err = sketched(sketch, p.GetVisitors()); err != nil {
			return nil, nil, err
		}
		p.Visitors = nil
	}
	newDetail, err = encode(&p)
	return newDetail, sketch, err
}

func sketched(sketch []byte, registers []uint32) ([]byte, error) {
	people := visitors.New()
	if len(sketch) > 0 {
		if err := people.Merge(sketch); err != nil {
			return nil, err
		}
	}
	for _, r := range registers {
		people.Add(r)
	}
	return people.Encode()
}
