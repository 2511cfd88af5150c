package server_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

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

// F8: every request succeeds or is refused cleanly, and none is doubled: what was
// refused is asked again under its name until it is done, and was then done once.
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
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			for i := range each {
				alias := fmt.Sprintf("alias-%d-%d", c, i)
				until(t, http.StatusCreated, func() (int, map[string]any) {
					return callNamed(t, base, "code for "+alias, `{"long_url":"https://example.com/"}`)
				})
				until(t, http.StatusCreated, func() (int, map[string]any) {
					return callNamed(t, base, alias, fmt.Sprintf(`{"long_url":"https://example.com/","alias":%q}`, alias))
				})
				until(t, http.StatusOK, func() (int, map[string]any) {
					return call(t, "PATCH", base+"/"+alias, adminKey, `{"title":"changed"}`)
				})
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
	const created, changed = 2 * clients * each, clients * each
	if links != created || versions != created+changed {
		t.Errorf("%d links with %d versions; %d creates and %d changes were acknowledged", links, versions, created, changed)
	}
	if failures < clients*each/4 {
		t.Errorf("only %d commits failed: the test shows nothing", failures)
	}
}

// until asks until the answer has this status; meanwhile it may be 503 only.
func until(t *testing.T, status int, ask func() (int, map[string]any)) {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		got, answer := ask()
		switch {
		case got == status:
			return
		case got != http.StatusServiceUnavailable || time.Now().After(deadline):
			t.Errorf("answered %d %v, want %d", got, answer, status)
			return
		}
	}
}
