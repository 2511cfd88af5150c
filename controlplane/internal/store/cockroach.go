package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// resultsBuffer is how many bytes of an answer a node keeps before it sends the first:
// until then it repeats by itself a statement that had to give way. Nodes before 24.1
// keep 16 KiB, unless they are asked for what is usual since.
const resultsBuffer = "524288"

// cockroachSessions asks for that, and spreads connections over the hosts of the URL if
// they are several, all of which are alike. Of one host's ways, TLS stays the first.
func cockroachSessions(config *pgx.ConnConfig) []stdlib.OptionOpenDB {
	if config.RuntimeParams["results_buffer_size"] == "" {
		config.RuntimeParams["results_buffer_size"] = resultsBuffer
	}
	if !severalHosts(config) {
		return nil
	}
	return []stdlib.OptionOpenDB{stdlib.OptionBeforeConnect(stdlib.RandomizeHostOrderFunc)}
}

// step is a change of the tables that CockroachDB alone knows. Everything works
// without it; with it, some things are near, or spread, or go by themselves. Each
// may be repeated without harm.
type step struct {
	name      string // under which the settings remember that it was done
	statement string
}

// cockroachSteps wants a licence, or a database of several regions, for some: what a
// cluster refuses is tried again at the next migration.
//
// Tombstones get no TTL: they keep a code from its next owner for ever, and 22.1 knows
// a TTL for whole tables only.
func cockroachSteps() []step {
	all := []step{
		{"shards-by-row", `ALTER TABLE counter_shards SET LOCALITY REGIONAL BY ROW`},
		// Longer than the names count: the janitor forgets them first, where it runs.
		{"ttl-idempotency", `ALTER TABLE idempotency_keys SET (ttl_expire_after = '48 hours')`},
		// Ids rise, so the last range of the table would take all writes.
		{"hash-audit", `ALTER TABLE audit_entries ALTER PRIMARY KEY USING COLUMNS (id) USING HASH`},
		{"hash-audit-old", `DROP INDEX IF EXISTS audit_entries@audit_entries_id_key CASCADE`},
	}
	// Read strongly in every region: what redirects and requests are answered from.
	for _, table := range []string{"links", "link_revisions", "domains", "settings", "api_keys", "users", "workspaces"} {
		all = append(all, step{"global-" + table, `ALTER TABLE ` + table + ` SET LOCALITY GLOBAL`})
	}
	// Indexes that begin with a rising time: a sharded twin, and then without the first.
	for _, index := range []struct{ table, name, columns string }{
		{"outbox", "outbox_created", "created_at"},
		{"links", "links_created", "created_at, domain, code"},
		{"idempotency_keys", "idempotency_keys_created", "created_at"},
		{"range_leases", "range_leases_listing", "leased_at, length, first"},
	} {
		all = append(all, step{"hash-" + index.name, fmt.Sprintf(
			`CREATE INDEX IF NOT EXISTS %s_hash ON %s (%s) USING HASH`, index.name, index.table, index.columns)},
			step{"hash-" + index.name + "-old", fmt.Sprintf(`DROP INDEX IF EXISTS %s@%s`, index.table, index.name)})
	}
	return all
}

// MigrateOwn takes the steps that only CockroachDB knows, after Migrate; elsewhere it
// does nothing. On large tables it takes its time, beside whoever works on them. Any
// number of replicas may do it at once.
func (s *Store) MigrateOwn(ctx context.Context) error {
	if s.dialect.name != cockroachDB {
		return nil
	}
	return s.take(ctx, cockroachSteps())
}

// take takes those steps that were not taken yet, and logs which the cluster refuses.
// A step that ends another's, such as the end of an index that has a twin, is not
// taken if the other was refused.
func (s *Store) take(ctx context.Context, steps []step) error {
	refused := map[string]bool{}
	for _, step := range steps {
		if before, ok := strings.CutSuffix(step.name, "-old"); ok && refused[before] {
			continue
		}
		taken, err := s.taken(ctx, step)
		if err != nil {
			return err
		}
		if taken {
			continue
		}
		_, err = s.write.ExecContext(ctx, step.statement)
		var answer *pgconn.PgError
		switch {
		case errors.As(err, &answer):
			refused[step.name] = true
			s.logger.Info("the database refuses a migration that it can do without", "step", step.name, "reason", answer.Message)
		case err != nil:
			return fmt.Errorf("migrating: %s: %w", step.name, err)
		default:
			if _, err := s.Setting(ctx, stepSetting+step.name, func() ([]byte, error) { return []byte("taken"), nil }); err != nil {
				return fmt.Errorf("migrating: %s: %w", step.name, err)
			}
		}
	}
	return nil
}

const stepSetting = "cockroach-step-"

// taken says whether the settings remember a step.
func (s *Store) taken(ctx context.Context, step step) (bool, error) {
	var n int
	row := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM settings WHERE name = $1`, stepSetting+step.name)
	if err := row.Scan(&n); err != nil {
		return false, fmt.Errorf("migrating: %s: %w", step.name, err)
	}
	return n > 0, nil
}
