package spool

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

// What an earlier build left, whose clicks hold their texts themselves, is read.
// Inside the package: only there can it be written.
func TestFormatOfEarlierBuilds(t *testing.T) {
	o := Options{Data: t.TempDir(), Cursors: []string{"ship"}, Logger: slog.New(slog.DiscardHandler)}
	dir := filepath.Join(o.Data, "spool", "7")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	page, used := make([]byte, os.Getpagesize()), 0
	for i := range 3 {
		r := Record{At: int64(i), Domain: []byte("a.example"), Code: []byte("code")}
		length := r.encode(page[used:], whole, fmt.Append(nil, "agent", i), fmt.Append(nil, "query", i))
		commit(page[used:], length)
		used += padded(length)
	}
	if err := os.WriteFile(filepath.Join(dir, "0-1"), page, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	var got string
	b, ok, err := s.Cursor("ship").Next(func(r *Record) bool {
		got += fmt.Sprintf("%d %s %s %s; ", r.At, r.Code, r.Agent, r.Query)
		return true
	})
	want := "0 code agent0 query0; 1 code agent1 query1; 2 code agent2 query2; "
	if err != nil || !ok || b.Epoch != 7 || got != want || s.Damaged() != 0 {
		t.Errorf("%v %v: %+v\n got %s\nwant %s\n%d damaged", ok, err, b, got, want, s.Damaged())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
