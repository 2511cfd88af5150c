package server_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

// createUntilMade sends a create under one name until it is answered with 201, and
// gives the code. Nothing but 503 may come before.
func createUntilMade(t *testing.T, base, name string) (code string, attempts int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		attempts++
		status, answer := callNamed(t, base+"/api/v1/urls", name, `{"long_url":"https://example.com/`+name+`"}`)
		switch status {
		case http.StatusCreated:
			return answer["code"].(string), attempts
		case http.StatusServiceUnavailable, http.StatusConflict: // refused cleanly, or its first attempt still runs
		default:
			t.Fatalf("%s: %d %v", name, status, answer)
		}
	}
	t.Fatalf("%s was not made in 30 s", name)
	return "", 0
}

// countLinks asks the database itself.
func countLinks(t *testing.T, database string) (n int) {
	t.Helper()
	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT COUNT(*) FROM links`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// F8 over HTTP: connections are cut after COMMIT while clients create. Each retries
// under its Idempotency-Key, and has one link in the end, under one code.
func TestF8CutAfterCommit(t *testing.T) {
	database := postgres.NewDatabase(t)
	var armed atomic.Bool
	var commits atomic.Int32 // since then
	o := options(t, feedtest.Start(t).Endpoint())
	o.DatabaseURL = postgres.Cut(t, database, func(said []byte) postgres.Fate {
		if armed.Load() && bytes.Contains(said, []byte("commit\x00")) && commits.Add(1)%2 == 1 {
			return postgres.Unheard
		}
		return postgres.Delivered
	})
	s, _ := start(t, o)
	base := "http://" + s.Addr()
	createUntilMade(t, base, "warm")
	const creates = 20
	armed.Store(true)
	codes := make([]string, creates)
	for i := range codes {
		codes[i], _ = createUntilMade(t, base, fmt.Sprint("n", i))
	}
	armed.Store(false)
	if cuts := commits.Load() / 2; cuts < creates/2 {
		t.Errorf("only %d connections were cut", cuts)
	}
	for i, code := range codes {
		if again, _ := createUntilMade(t, base, fmt.Sprint("n", i)); again != code {
			t.Errorf("create %d was answered with %s and then with %s", i, code, again)
		}
	}
	if n := countLinks(t, database); n != creates+1 {
		t.Errorf("%d links of %d creates", n, creates+1)
	}
}
