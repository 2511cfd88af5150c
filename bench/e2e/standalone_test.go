package e2e_test

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/promise"
)

// The clean stop of DESIGN section 5.
const stopLimit = 5 * time.Second

func TestStandalone(t *testing.T) {
	t.Parallel()
	s := startStandalone(t, filepath.Join(t.TempDir(), "data"))
	t.Run("verify", func(t *testing.T) { verifySmall(t, s) })
	t.Run("story", func(t *testing.T) { tellStory(t, s) })
	t.Run("restart", func(t *testing.T) { restartKeepsAll(t, s) })
}

// tellStory is what the README shows: create, follow, count, change, delete.
func tellStory(t *testing.T, s *system) {
	api, visitor := newClient(t, s.control), newVisitor(s.edges[0])
	defer visitor.close()
	link := api.must(t, 201, "POST", "/urls", target("https://example.org/first"))
	if link.Code == "" || link.LongURL != "https://example.org/first" || link.Version != 1 {
		t.Fatalf("created %+v", link)
	}
	goesTo := func(want string) {
		t.Helper()
		status, location, err := visitor.get(t.Context(), "/"+link.Code)
		if err != nil || status != 302 || location != want {
			t.Fatalf("answered %d %q, error %v; want 302 %q", status, location, err, want)
		}
	}
	goesTo("https://example.org/first")
	eventually(t, promise.Within(2*time.Second), "the click is in the statistics", func() bool {
		return api.must(t, 200, "GET", "/urls/"+link.Code+"/stats", "").Total == 1
	})

	api.must(t, 200, "PATCH", "/urls/"+link.Code, target("https://example.org/second"))
	eventually(t, promise.Within(2*time.Second), "the edge follows the change", func() bool {
		_, location, err := visitor.get(t.Context(), "/"+link.Code)
		return err == nil && location == "https://example.org/second"
	})
	goesTo("https://example.org/second")

	api.must(t, 204, "DELETE", "/urls/"+link.Code, "")
	eventually(t, promise.Within(2*time.Second), "the edge answers 410 for the deleted link", func() bool {
		status, _, err := visitor.get(t.Context(), "/"+link.Code)
		return err == nil && status == 410
	})
	if status, _, err := visitor.get(t.Context(), "/nobody-has-this-code"); err != nil || status != 404 {
		t.Errorf("unknown code: %d, error %v; want 404", status, err)
	}
}

// restartKeepsAll interrupts the program while clicks are on their way, and
// looks for links and counts afterwards.
func restartKeepsAll(t *testing.T, s *system) {
	api, visitor := newClient(t, s.control), newVisitor(s.edges[0])
	const links, clicks = 20, 7
	var codes []string
	for i := range links {
		codes = append(codes, api.must(t, 201, "POST", "/urls", target(fmt.Sprintf("https://example.org/kept/%d", i))).Code)
	}
	visit := func(times int) {
		t.Helper()
		for i, code := range codes {
			for range times {
				status, location, err := visitor.get(t.Context(), "/"+code)
				if err != nil || status != 302 || location != fmt.Sprintf("https://example.org/kept/%d", i) {
					t.Fatalf("link %d: %d %q, error %v", i, status, location, err)
				}
			}
		}
	}
	visit(clicks)
	visitor.close()

	s.truth.Signal(syscall.SIGINT)
	if status := s.truth.Wait(promise.Within(stopLimit)); status != 0 {
		t.Fatalf("ended with %d; want 0", status)
	}
	s.restart()

	visit(1)
	for i, code := range codes {
		eventually(t, promise.Within(5*time.Second), fmt.Sprintf("link %d counts all clicks", i), func() bool {
			return api.must(t, 200, "GET", "/urls/"+code+"/stats", "").Total == clicks+1
		})
	}
	visitor.close()
}
