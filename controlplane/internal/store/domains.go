package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/sync/wire"
)

var _ domains.Store = (*Store)(nil)

// Domains gives the settings of all domains, by name; removed ones too.
func (s *Store) Domains(ctx context.Context) ([]*wire.Domain, error) {
	return readDomains(ctx, s.read)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func readDomains(ctx context.Context, q querier) ([]*wire.Domain, error) {
	rows, err := q.QueryContext(ctx, `SELECT record FROM domains ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("reading domains: %w", err)
	}
	found, err := all(rows, func(row scanner) (*wire.Domain, error) {
		var record []byte
		d := new(wire.Domain)
		if err := row.Scan(&record); err != nil {
			return nil, err
		}
		return d, proto.Unmarshal(record, d)
	})
	if err != nil {
		return nil, fmt.Errorf("reading domains: %w", err)
	}
	return found, nil
}

const putDomain = `INSERT INTO domains (name, version, record) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, record = excluded.record
WHERE excluded.version > domains.version`

// ChangeDomain is domains.Store's. Who changes any domain locks those that there
// are, of which the default one is always one, and then reads them: what the one
// before has written is seen, a new domain too.
func (s *Store) ChangeDomain(ctx context.Context, name string, change func([]*wire.Domain, *wire.Domain) (*wire.Domain, error)) (changed *wire.Domain, err error) {
	err = s.inChange(ctx, "domain "+name, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `SELECT name FROM domains ORDER BY name`+s.dialect.forUpdate); err != nil {
			return err
		}
		present, err := readDomains(ctx, tx)
		if err != nil {
			return err
		}
		var old *wire.Domain
		if i := slices.IndexFunc(present, func(d *wire.Domain) bool { return d.GetName() == name }); i >= 0 {
			old = present[i]
		}
		if changed, err = change(present, old); err != nil {
			return err
		}
		changed.Version = old.GetVersion() + 1
		record, err := proto.Marshal(changed)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, putDomain, name, int64(changed.GetVersion()), record); err != nil {
			return err
		}
		return s.auditDomain(ctx, tx, old, changed)
	})
	if err != nil {
		return nil, fmt.Errorf("changing domain %s: %w", name, err)
	}
	return changed, nil
}

func (s *Store) auditDomain(ctx context.Context, tx *sql.Tx, before, after *wire.Domain) error {
	c := audit.Change{
		Workspace: after.GetWorkspace(), Action: "domain.update", Subject: "domain " + after.GetName(), Version: after.GetVersion(),
	}
	if before == nil || before.GetRemoved() {
		c.Action = "domain.create"
	} else {
		c.Before = domainJSON{before}
	}
	if after.GetRemoved() {
		c.Action = "domain.remove"
	} else {
		c.After = domainJSON{after}
	}
	return s.audit(ctx, tx, c)
}

// domainJSON writes a domain with the names of the wire.
type domainJSON struct{ domain *wire.Domain }

// MarshalJSON is protobuf's, whose spaces differ from build to build on purpose.
func (d domainJSON) MarshalJSON() ([]byte, error) {
	return protojson.MarshalOptions{UseProtoNames: true}.Marshal(d.domain)
}

// DomainInUse is domains.Store's.
func (s *Store) DomainInUse(ctx context.Context, name string) (used bool, err error) {
	row := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM links WHERE domain = $1 AND status <> 4)`, name)
	if err := row.Scan(&used); err != nil {
		return false, fmt.Errorf("looking for links on %s: %w", name, err)
	}
	return used, nil
}

// PutDomain stores d unless the domain is there in this version or a newer one:
// versions only rise. So it may be repeated.
func (s *Store) PutDomain(ctx context.Context, d *wire.Domain) error {
	record, err := proto.Marshal(d)
	if err != nil {
		return fmt.Errorf("storing domain %s: %w", d.GetName(), err)
	}
	_, err = s.exec(ctx, putDomain, d.GetName(), int64(d.GetVersion()), record)
	if err != nil {
		return fmt.Errorf("storing domain %s: %w", d.GetName(), err)
	}
	return nil
}
