package store

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Domains gives the settings of all domains, by name.
func (s *Store) Domains(ctx context.Context) ([]*wire.Domain, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT record FROM domains ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("reading domains: %w", err)
	}
	defer rows.Close()
	var domains []*wire.Domain
	for rows.Next() {
		var record []byte
		if err := rows.Scan(&record); err != nil {
			return nil, fmt.Errorf("reading domains: %w", err)
		}
		d := &wire.Domain{}
		if err := proto.Unmarshal(record, d); err != nil {
			return nil, fmt.Errorf("reading domains: %w", err)
		}
		domains = append(domains, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading domains: %w", err)
	}
	return domains, nil
}

// PutDomain stores d unless the domain is there in this version or a newer one:
// versions only rise. So it may be repeated.
func (s *Store) PutDomain(ctx context.Context, d *wire.Domain) error {
	record, err := proto.Marshal(d)
	if err != nil {
		return fmt.Errorf("storing domain %s: %w", d.GetName(), err)
	}
	_, err = s.exec(ctx, `INSERT INTO domains (name, version, record) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, record = excluded.record
WHERE excluded.version > domains.version`, d.GetName(), int64(d.GetVersion()), record)
	if err != nil {
		return fmt.Errorf("storing domain %s: %w", d.GetName(), err)
	}
	return nil
}
