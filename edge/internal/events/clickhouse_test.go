package events_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/events"
)

const clickhouse = "../../../deploy/clickhouse/clicks.sql"

// TestClickHouseColumns: the tables in deploy/clickhouse read what is sent, each
// column of the type that it has in JSON.
func TestClickHouseColumns(t *testing.T) {
	text, err := os.ReadFile(clickhouse)
	if err != nil {
		t.Fatal(err)
	}
	sent := make(map[string]string) // type by name
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[events.Event]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
		sent[name] = map[reflect.Kind]string{reflect.String: "String", reflect.Uint64: "UInt64", reflect.Int: "UInt32"}[f.Type.Kind()]
	}
	queue := columns(t, string(text), "clicks_queue")
	for i, c := range queue {
		if sent[c.name] != c.kind || i >= len(names) || names[i] != c.name {
			t.Errorf("clicks_queue reads %s %s; sent is %q", c.name, c.kind, sent[c.name])
		}
	}
	if len(queue) != len(names) {
		t.Errorf("clicks_queue reads %d columns of %d", len(queue), len(names))
	}
	var kept []string
	for _, c := range columns(t, string(text), "clicks") {
		kept = append(kept, c.name)
	}
	if want := append(slices.Clone(names), "arrived_at"); !slices.Equal(kept, want) {
		t.Errorf("clicks keeps\n%v, want\n%v", kept, want)
	}
	for _, name := range names {
		if view := between(t, string(text), "VIEW IF NOT EXISTS fingerpost.clicks_from_queue", "FROM"); !regexp.MustCompile("\\b" + name + "\\b").MatchString(view) {
			t.Errorf("clicks_from_queue passes no %s on", name)
		}
	}
}

type column struct{ name, kind string }

// columns reads the columns of a table.
func columns(t *testing.T, text, table string) (list []column) {
	t.Helper()
	for line := range strings.Lines(between(t, text, "TABLE IF NOT EXISTS fingerpost."+table+"\n(\n", "\n)\n")) {
		fields := strings.Fields(strings.TrimRight(line, ",\n"))
		list = append(list, column{strings.Trim(fields[0], "`"), fields[1]})
	}
	return list
}

func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, from)
	if !ok {
		t.Fatalf("no %s", from)
	}
	inside, _, _ := strings.Cut(rest, to)
	return inside
}
