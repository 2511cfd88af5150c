//go:build linux

package scale

import (
	"context"
	"fmt"
	"strconv"
)

// Table is what one takes on disk, in bytes.
type Table struct {
	Name    string `json:"name"`
	Rows    int64  `json:"rows"`
	Heap    int64  `json:"heap_bytes"`
	Indexes int64  `json:"index_bytes"`
}

// disk gives the tables that take a byte or more for each link.
func (s *system) disk(ctx context.Context) ([]Table, error) {
	rows, err := psql(ctx, s.url(), fmt.Sprintf(`SELECT relname, greatest(reltuples, 0)::bigint, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > %d ORDER BY pg_total_relation_size(oid) DESC`, s.size))
	if err != nil {
		return nil, fmt.Errorf("measuring the disk: %w", err)
	}
	all := make([]Table, len(rows))
	for i, row := range rows {
		all[i].Name = row[0]
		for field, to := range []*int64{&all[i].Rows, &all[i].Heap, &all[i].Indexes} {
			if *to, err = strconv.ParseInt(row[field+1], 10, 64); err != nil {
				return nil, fmt.Errorf("measuring the disk: %w", err)
			}
		}
	}
	return all, nil
}

// logged is how many bytes PostgreSQL has written to its log of changes.
func (s *system) logged(ctx context.Context) (int64, error) {
	rows, err := psql(ctx, s.url(), `SELECT pg_current_wal_insert_lsn() - '0/0'`)
	if err != nil {
		return 0, fmt.Errorf("looking at the log of changes: %w", err)
	}
	return strconv.ParseInt(rows[0][0], 10, 64)
}
