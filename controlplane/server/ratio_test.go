package server_test

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

const (
	ratioClients = 16
	ratioFor     = 4 * time.Second
	ratioBulk    = 500 // links of a bulk request
)

// BenchmarkCreateRatio puts creates over HTTP, with clients, etcd and PostgreSQL
// on this machine, beside what pgbench gets from the same PostgreSQL with as many
// clients, and with its own defaults, that insert the rows which a create inserts
// (the link, its terms, its outbox row and its audit entry), one transaction each.
// What a create costs beyond that (HTTP, validation, etcd, the mark that it is
// published, the audit's seal) is its own. The three take turns in one run: on a
// machine that others load, only the ratios mean something.
func BenchmarkCreateRatio(b *testing.B) {
	database := postgres.NewDatabase(b)
	base, ops := startForRatio(b, database)
	rival := newRival(b, database, base)
	for b.Loop() {
		theirs := rival.run(b)
		begun, waits := time.Now(), leaseWaits(b, ops)
		single := measure(b, base+"/api/v1/urls", 1)
		reportLeases(b, single, leasesSince(b, database, begun), leaseWaits(b, ops)-waits)
		bulk := measure(b, base+"/api/v1/urls/bulk", ratioBulk)
		b.ReportMetric(theirs, "pgbench/s")
		b.ReportMetric(single.rate, "creates/s")
		b.ReportMetric(single.rate/theirs, "create-ratio")
		b.ReportMetric(millis(single.median()), "p50-ms")
		b.ReportMetric(millis(single.slowest()), "max-ms")
		b.ReportMetric(bulk.rate, "bulk-links/s")
		b.ReportMetric(bulk.rate/theirs, "bulk-ratio")
	}
}

func startForRatio(b *testing.B, database string) (base, ops string) {
	b.Helper()
	s, err := server.New(server.Options{
		DatabaseURL: database, Etcd: []string{feedtest.Start(b).Endpoint()}, AdminKey: adminKey,
		Addr: "127.0.0.1:0", RPCAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return "http://" + s.Addr(), "http://" + s.OpsAddr()
}

// measured is one client group's result.
type measured struct {
	rate float64   // links a second
	all  []request // the quickest first
}

// request is one that was answered.
type request struct {
	begun time.Time
	took  time.Duration
}

func (m measured) median() time.Duration  { return m.all[len(m.all)/2].took }
func (m measured) slowest() time.Duration { return m.all[len(m.all)-1].took }

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// measure sends requests with so many links each.
func measure(b *testing.B, url string, links int) measured {
	b.Helper()
	const item = `{"long_url":"https://example.com/autumn/offers?utm_source=poster&utm_medium=print"}`
	body := []byte(item)
	if links > 1 {
		body = []byte(`{"items":[` + strings.TrimSuffix(strings.Repeat(item+",", links), ",") + `]}`)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: ratioClients}}
	defer client.CloseIdleConnections()
	var (
		mu    sync.Mutex
		all   []request
		group sync.WaitGroup
		begin = time.Now()
	)
	for range ratioClients {
		group.Go(func() {
			var own []request
			for time.Since(begin) < ratioFor {
				start := time.Now()
				if err := post(client, url, body); err != nil {
					b.Error(err)
					return
				}
				own = append(own, request{start, time.Since(start)})
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
		})
	}
	group.Wait()
	if len(all) == 0 {
		b.FailNow()
	}
	slices.SortFunc(all, func(x, y request) int { return cmp.Compare(x.took, y.took) })
	return measured{rate: float64(len(all)*links) / time.Since(begin).Seconds(), all: all}
}

func post(client *http.Client, url string, body []byte) error {
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+adminKey)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s: %s", response.Status, answer)
	}
	return err
}

// rival is pgbench with a script that inserts what a create inserts.
type rival struct{ program, database, script string }

func newRival(b *testing.B, database, base string) *rival {
	b.Helper()
	program, err := postgres.Program("pgbench")
	if err != nil {
		b.Skip(err)
	}
	if _, err := os.Stat(program); err != nil {
		b.Skip(err)
	}
	r := &rival{program: program, database: database, script: filepath.Join(b.TempDir(), "insert.sql")}
	if err := os.WriteFile(r.script, []byte(insertScript(b, database, base)), 0o600); err != nil {
		b.Fatal(err)
	}
	return r
}

// insertScript creates one link and takes the rows that it left for a pattern.
// The rows go to tables of their own, made alike: nobody publishes them.
func insertScript(b *testing.B, database, base string) string {
	b.Helper()
	if err := post(http.DefaultClient, base+"/api/v1/urls", []byte(`{"long_url":"https://example.com/autumn/offers?utm_source=poster&utm_medium=print"}`)); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("pgx", database)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE pattern AS SELECT * FROM links LIMIT 1;
CREATE TABLE rival_links (LIKE links INCLUDING ALL);
CREATE TABLE rival_outbox (LIKE outbox INCLUDING ALL);
CREATE TABLE rival_terms (LIKE link_terms INCLUDING ALL);
CREATE TABLE rival_entries (LIKE audit_entries INCLUDING ALL);
CREATE TABLE entry AS SELECT * FROM audit_entries WHERE action = 'link.create' LIMIT 1`); err != nil {
		b.Fatal(err)
	}
	var columns, terms, entry string
	if err := db.QueryRow(`SELECT string_agg(column_name, ', ') FROM information_schema.columns
WHERE table_name = 'links' AND column_name NOT IN ('domain', 'code')`).Scan(&columns); err != nil {
		b.Fatal(err)
	}
	if err := db.QueryRow(`SELECT string_agg(format('(%L::bytea, :n, ''pgbench'', :n::text)', term), ', ') FROM link_terms`).Scan(&terms); err != nil {
		b.Fatal(err)
	}
	if err := db.QueryRow(`SELECT string_agg(column_name, ', ') FROM information_schema.columns
WHERE table_name = 'audit_entries' AND column_name <> 'id'`).Scan(&entry); err != nil {
		b.Fatal(err)
	}
	return fmt.Sprintf(`\set n random(1, 3000000000000)
BEGIN;
INSERT INTO rival_links (domain, code, %[1]s) SELECT 'pgbench', :n::text, %[1]s FROM pattern ON CONFLICT DO NOTHING;
INSERT INTO rival_terms (term, created_at, domain, code) VALUES %[2]s;
INSERT INTO rival_outbox (domain, code, version, created_at, claimed_until) VALUES ('pgbench', :n::text, 1, 0, 0);
INSERT INTO rival_entries (id, %[3]s) SELECT :n::text, %[3]s FROM entry ON CONFLICT DO NOTHING;
COMMIT;
`, columns, terms, entry)
}

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

// run gives transactions a second.
func (r *rival) run(b *testing.B) float64 {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), r.program, "--no-vacuum", "--file="+r.script,
		"--client="+strconv.Itoa(ratioClients), "--jobs=2", "--time="+strconv.Itoa(int(ratioFor.Seconds())), r.database).CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	found := tps.FindSubmatch(out)
	if found == nil {
		b.Fatalf("no figure in: %s", out)
	}
	rate, _ := strconv.ParseFloat(string(found[1]), 64)
	return rate
}
