package server_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/bench/e2e/promise"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

// tried is what a create that was tried came to.
type tried struct {
	status     int // 0: no answer
	retryAfter string
	took       time.Duration
}

func try(base string) tried {
	request, err := http.NewRequest(http.MethodPost, base+"/api/v1/urls", strings.NewReader(`{"long_url":"https://example.com/"}`))
	if err != nil {
		return tried{}
	}
	request.Header.Set("Authorization", "Bearer "+adminKey)
	request.Header.Set("Content-Type", "application/json")
	start := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return tried{}
	}
	response.Body.Close()
	return tried{response.StatusCode, response.Header.Get("Retry-After"), time.Since(start)}
}

// tryTogether tries n creates at once.
func tryTogether(n int, base string) []tried {
	all := make([]tried, n)
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() { all[i] = try(base) })
	}
	group.Wait()
	return all
}

// becomes waits until creates have this status.
func becomes(t *testing.T, base string, status int, within time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		got := try(base)
		if got.status == status {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("creates answer %+v after %v, want %d", got, within, status)
		}
	}
}

// F7: while the database is down or frozen, every create is answered 503 with
// Retry-After within its deadline, however many come, and soon without waiting
// for anything; when it is back, creates work again within 5 s.
func TestF7DatabaseAway(t *testing.T) {
	for _, tc := range []struct {
		name       string
		take, give func(*postgres.Server) error
	}{
		{"killed", (*postgres.Server).Kill, (*postgres.Server).Restart},
		{"frozen", (*postgres.Server).Pause, (*postgres.Server).Resume},
	} {
		t.Run(tc.name, func(t *testing.T) {
			database := postgres.StartServer(t)
			o := options(t, feedtest.Start(t).Endpoint())
			o.DatabaseURL, o.Deadline = database.URL("postgres"), 0
			s, _ := start(t, o)
			base := "http://" + s.Addr()
			becomes(t, base, http.StatusCreated, promise.Within(10*time.Second))

			if err := tc.take(database); err != nil {
				t.Fatal(err)
			}
			// More than the gate and its queue hold: nobody waits longer than a deadline.
			for i, got := range tryTogether(500, base) {
				if got.status != http.StatusServiceUnavailable || got.retryAfter == "" || got.took > promise.Within(10*time.Second) {
					t.Fatalf("create %d: %+v", i, got)
				}
			}
			becomes(t, base, http.StatusServiceUnavailable, promise.Within(5*time.Second))
			// The breaker has opened: nothing waits for the database any more.
			quick := tryTogether(50, base)
			slices.SortFunc(quick, func(a, b tried) int { return int(a.took - b.took) })
			if median := quick[len(quick)/2]; median.status != http.StatusServiceUnavailable || median.took > promise.Within(time.Second) {
				t.Errorf("refused like this: %+v", median)
			}

			if err := tc.give(database); err != nil {
				t.Fatal(err)
			}
			becomes(t, base, http.StatusCreated, promise.Within(5*time.Second))
		})
	}
}
