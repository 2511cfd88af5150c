package server_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

// failCommits makes the database fail three of ten commits that wrote a link with
// the serialization failure that CockroachDB may answer any of them with. It is
// counted by a sequence, which no rollback takes back.
const failCommits = `CREATE SEQUENCE failures;
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
 IF random() < 0.3 THEN PERFORM nextval('failures'); RAISE EXCEPTION 'restart transaction' USING ERRCODE = '40001'; END IF;
 RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER failing AFTER INSERT OR UPDATE OF version ON links
 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()`

// F8: every request succeeds or is refused cleanly, and none is doubled.
func TestF8SerializationFailures(t *testing.T) {
	o := options(t, feedtest.Start(t).Endpoint())
	o.DatabaseURL = postgres.NewDatabase(t)
	s, _ := start(t, o)
	db, err := sql.Open("pgx", o.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(failCommits); err != nil {
		t.Fatal(err)
	}
	const clients, each = 8, 20
	base := "http://" + s.Addr() + "/api/v1/urls"
	var created, changed atomic.Int64
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			for i := range each {
				alias := fmt.Sprintf("alias-%d-%d", c, i)
				count(t, &created, http.StatusCreated, "POST", base, `{"long_url":"https://example.com/"}`)
				count(t, &created, http.StatusCreated, "POST", base, fmt.Sprintf(`{"long_url":"https://example.com/","alias":%q}`, alias))
				count(t, &changed, http.StatusOK, "PATCH", base+"/"+alias, `{"title":"changed"}`)
			}
		})
	}
	group.Wait()
	var links, versions, failures int64
	if err := db.QueryRow("SELECT COUNT(*), SUM(version) FROM links").Scan(&links, &versions); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRow("SELECT last_value FROM failures").Scan(&failures); err != nil {
		t.Fatal(err)
	}
	if links != created.Load() || versions != created.Load()+changed.Load() {
		t.Errorf("%d links with %d versions; %d creates and %d changes were acknowledged", links, versions, created.Load(), changed.Load())
	}
	if failures < clients*each/4 {
		t.Errorf("only %d commits failed: the test shows nothing", failures)
	}
}

// count sends a request and counts it if it was done; it may be refused, but only
// with 503.
func count(t *testing.T, done *atomic.Int64, status int, method, url, body string) {
	got, answer := call(t, method, url, adminKey, body)
	switch got {
	case status:
		done.Add(1)
	case http.StatusServiceUnavailable, http.StatusNotFound: // not found: its create was refused
		t.Logf("refused: %v", answer)
	default:
		t.Errorf("%s: %d %v", method, got, answer)
	}
}
