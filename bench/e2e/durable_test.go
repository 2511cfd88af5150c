package e2e_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Promise 1: an acknowledged link is never lost and never becomes another's,
// though the process that acknowledges is killed again and again.
func TestDurableAndUnique(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(t *testing.T) *system
	}{
		{"standalone on SQLite", func(t *testing.T) *system {
			return startStandalone(t, filepath.Join(t.TempDir(), "data"))
		}},
		{"control plane on PostgreSQL", func(t *testing.T) *system {
			return &startCluster(t, "16777216", 0).system
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := c.start(t)
			acknowledged := createThroughKills(t, s, 4)
			owner := map[string]string{}
			visitor := newVisitor(s.edges[len(s.edges)-1])
			defer visitor.close()
			for _, link := range acknowledged {
				if first, taken := owner[link.Code]; taken {
					t.Errorf("code %s was given to %s and to %s", link.Code, first, link.LongURL)
				}
				owner[link.Code] = link.LongURL
				status, location, err := visitor.get(t.Context(), "/"+link.Code)
				// An edge leaves a control plane that failed alone for a second.
				for deadline := time.Now().Add(startLimit); err == nil && status == 503 && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
					status, location, err = visitor.get(t.Context(), "/"+link.Code)
				}
				if err != nil || status != 302 || location != link.LongURL {
					t.Errorf("%s was acknowledged for %s; answered %d %q, error %v", link.Code, link.LongURL, status, location, err)
				}
			}
			t.Logf("%d acknowledged links", len(acknowledged))
		})
	}
}

// createThroughKills has eight clients create links while the system's truth is
// killed the given number of times, each time after some more links were
// acknowledged, and returns all acknowledged links.
func createThroughKills(t *testing.T, s *system, kills int) []answer {
	t.Helper()
	const clients, perLife = 8, 60
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	var acknowledged []answer
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(acknowledged)
	}
	var group sync.WaitGroup
	for id := range clients {
		api := newClient(t, s.control)
		group.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				url := fmt.Sprintf("https://example.org/%d/%d", id, n)
				status, link, err := api.call(ctx, "POST", "/urls", target(url))
				switch {
				case err != nil || status == 503: // killed, or not up again yet
					time.Sleep(5 * time.Millisecond)
				case status != 201 || link.LongURL != url:
					t.Errorf("creating %s: %d %+v", url, status, link)
				default:
					mu.Lock()
					acknowledged = append(acknowledged, link)
					mu.Unlock()
				}
			}
		})
	}
	defer group.Wait()
	defer stop()
	for life := range kills + 1 {
		before := count()
		eventually(t, startLimit, fmt.Sprintf("links are created in life %d", life+1), func() bool {
			return count() >= before+perLife
		})
		if life < kills {
			s.truth.Kill()
			s.restart()
		}
	}
	stop()
	group.Wait()
	return acknowledged
}
