package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// foreign is what not both servers know, CockroachDB from 22.1 and PostgreSQL from 15
// on, or do not mean alike; an example of it; and what to write.
var foreign = []struct{ pattern, example, instead string }{
	{`\b(SKIP LOCKED|NOWAIT)\b`, "FOR UPDATE SKIP LOCKED", "claim rows as outbox.go does"},
	{`\b(UPSERT|MERGE) INTO\b`, "UPSERT INTO links", "INSERT … ON CONFLICT"},
	{`\b(STRING|STORING|unique_rowid|AS OF SYSTEM TIME)\b`, "a STRING", "PostgreSQL's word, or a step of cockroach.go"},
	{`\b(SMALLINT|INT2|INT4|SERIAL)\b`, "n INT4", "BIGINT: CockroachDB's INT is one"},
	{`\b(CREATE FUNCTION|TRIGGER|LISTEN|NOTIFY|DEFERRABLE|EXCLUDE|TABLESAMPLE|TEMP|LATERAL|WITH ORDINALITY)\b`, "LISTEN changes", "do it in Go"},
	{`\b(pg_\w+|date_trunc|extract|generate_series|array_agg|DISTINCT ON)\b`, "pg_advisory_lock(1)", "do it in Go"},
	{`\bDELETE FROM \w+ (AS \w+ )?USING\b`, "DELETE FROM a USING b", "WHERE (…) IN (SELECT …): CockroachDB knows USING from 22.2 on"},
	{`\bDELETE FROM \w+ WHERE [^()]* LIMIT\b`, "DELETE FROM a WHERE b LIMIT 1", "WHERE (…) IN (SELECT … LIMIT …)"},
	{`\b(IN|AS) \(\s*VALUES \(\$`, "IN (VALUES ($1))", "dialect.each: CockroachDB wants a column or a CAST beside a parameter"},
	{`::`, "$1::TEXT", "CAST, which SQLite knows"},
	{` / `, "SELECT a / 2", "divide in Go: CockroachDB answers with a DECIMAL"},
	{`[ ,](SUM|AVG)\(`, "SELECT SUM(n)", "CAST(SUM(…) AS BIGINT): it is a DECIMAL"},
	{`\bADD COLUMN \w`, "ADD COLUMN a", "ADD COLUMN /* if it is new */, so that a migration may be repeated"},
	{`\bCREATE (TABLE|INDEX|UNIQUE INDEX) [^I]`, "CREATE INDEX a", "IF NOT EXISTS, so that a migration may be repeated"},
}

// Every statement, and every migration, uses only what both servers know.
func TestStatementsAreCommon(t *testing.T) {
	all := readStatements(t)
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 || len(all) < 50 {
		t.Fatalf("%d migrations and %d statements: %v", len(files), len(all), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, regexp.MustCompile(`--.*`).ReplaceAllString(string(text), ""))
	}
	for _, f := range foreign {
		pattern := regexp.MustCompile("(?i)" + f.pattern)
		if !pattern.MatchString(f.example) {
			t.Errorf("%s does not find %s", pattern, f.example)
		}
		for _, text := range all {
			if found := pattern.FindString(text); found != "" {
				t.Errorf("%q is not everywhere; instead: %s\n%s", found, f.instead, text)
			}
		}
	}
}
