package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// F1: three control planes on one PostgreSQL are killed again and again, at moments
// that chance chooses: before a commit, after it, after the publication, before the
// answer. Clients send a create again, under its Idempotency-Key and to another one,
// until it is acknowledged. Every acknowledged link is there, on the edge too, and no
// create made two. FINGERPOST_KILLS asks for more kills.
func TestF1ReplicasKilled(t *testing.T) {
	t.Parallel()
	p := startPlanes(t, builds.Path(t, controlplanePkg), 3)
	p.addEdge(t, builds.Path(t, edgePkg))
	kills := 5
	if more, err := strconv.Atoi(os.Getenv("FINGERPOST_KILLS")); err == nil {
		kills = more
	}
	const seed = 4
	chance := rand.New(rand.NewPCG(seed, seed))
	acknowledged := newAcks()
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	for id := range 6 {
		group.Go(func() { createAtAny(t, ctx, p, id, acknowledged) })
	}
	for n := range kills {
		before := acknowledged.len()
		eventually(t, startLimit, "links are created", func() bool { return acknowledged.len() >= before+30 })
		time.Sleep(time.Duration(chance.IntN(20)) * time.Millisecond) // any moment will do
		victim := p.replicas[n%len(p.replicas)]
		victim.Kill()
		p.start(t, victim, builds.Path(t, controlplanePkg))
	}
	stop()
	group.Wait()
	t.Logf("%d kills, %d acknowledged links; the edge had caught up after %v", kills, acknowledged.len(), acknowledged.await(t, p.edges[0]))
	for url, n := range exported(t, "http://"+p.replicas[0].addr) {
		if n != 1 {
			t.Errorf("%s was created %d times", url, n)
		}
	}
}

// createAtAny creates links until ctx ends, each until it is acknowledged.
func createAtAny(t *testing.T, ctx context.Context, p *planes, id int, acknowledged *acks) {
	var clients []*client
	for _, r := range p.replicas {
		clients = append(clients, newClient(t, "http://"+r.addr))
	}
	for n := 0; ctx.Err() == nil; n++ {
		url := fmt.Sprintf("https://example.org/%d/%d", id, n)
		for try := id; ; try++ {
			c := clients[try%len(clients)]
			c.name = fmt.Sprintf("create-%d-%d", id, n)
			status, link, err := c.call(t.Context(), "POST", "/urls", target(url))
			if err == nil && status == 201 && link.LongURL == url {
				acknowledged.add(t, link.Code, url)
				break
			}
			if err == nil && status != 503 && status != 409 { // away, or still at it
				t.Errorf("creating %s: %d %+v", url, status, link)
				return
			}
			if t.Context().Err() != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// exported counts the links of each target.
func exported(t *testing.T, base string) map[string]int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", base+"/api/v1/export?format=ndjson", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+adminKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	counts := map[string]int{}
	lines := bufio.NewReader(response.Body)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return counts
		}
		var row struct {
			LongURL string `json:"long_url"`
		}
		if response.StatusCode != 200 || json.Unmarshal(line, &row) != nil {
			t.Fatalf("exporting: %d %s", response.StatusCode, line)
		}
		counts[row.LongURL]++
	}
}
