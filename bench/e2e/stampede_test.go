package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// F13: edges start at once, with nothing in memory, and are asked for the same links at
// once, while links are created. Every create succeeds and every edge answers; how long
// creates took, and how many calls had to come again, is printed, and judged where
// FINGERPOST_EDGES says how many edges there are. All run in this process: 20 want no
// race detector.
func TestF13EdgesStartAtOnce(t *testing.T) {
	const links = 10
	edges := 4
	more, err := strconv.Atoi(os.Getenv("FINGERPOST_EDGES"))
	judged := err == nil
	if judged {
		edges = more
	}
	f := startFleet(t, 0)
	var codes []string
	for range links {
		code, _ := f.create(t)
		codes = append(codes, code)
	}
	ctx, stop := context.WithCancel(t.Context())
	var times [4][]time.Duration
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	for i := range times {
		group.Go(func() {
			for ctx.Err() == nil && !t.Failed() {
				_, took := f.create(t)
				times[i] = append(times[i], took)
			}
		})
	}
	f.addEdges(t, edges)
	var visitors sync.WaitGroup
	for _, code := range codes {
		for _, n := range f.edges {
			visitors.Go(func() { checkAnswer(t, n.Addr(), code) })
		}
	}
	visitors.Wait()
	stop()
	group.Wait()
	all := slices.Sorted(slices.Values(slices.Concat(times[:]...)))
	if len(all) == 0 {
		t.Fatal("no link was created meanwhile")
	}
	p99 := all[len(all)*99/100]
	t.Logf("%d edges; %d creates meanwhile: p50 %v, p99 %v, slowest %v; %v calls were refused", edges, len(all),
		all[len(all)/2], p99, all[len(all)-1], f.metric(t, "fingerpost_control_refused_total"))
	if judged && p99 > time.Second {
		t.Errorf("p99 of creates is %v, want 1s at most", p99)
	}
}

// checkAnswer asks an edge until it answers: on a slow machine it may first take its
// time, or say that the control plane does.
func checkAnswer(t *testing.T, edge, code string) {
	visitor := newVisitor("http://" + edge)
	defer visitor.close()
	for deadline := time.Now().Add(startLimit); ; time.Sleep(20 * time.Millisecond) {
		status, _, err := visitor.get(t.Context(), "/"+code)
		switch {
		case err == nil && status == http.StatusFound:
			return
		case err == nil && status != http.StatusServiceUnavailable || time.Now().After(deadline):
			t.Errorf("%s at %s: %d, %v", code, edge, status, err)
			return
		}
	}
}

// create makes a link, and says how long that took.
func (f *fleet) create(t *testing.T) (code string, took time.Duration) {
	began := time.Now()
	_, answer := f.ask(t, "POST", "/api/v1/urls", `{"long_url":"https://example.com/"}`, http.StatusCreated)
	var made struct{ Code string }
	if err := json.Unmarshal(answer, &made); err != nil {
		t.Errorf("%s: %v", answer, err)
	}
	return made.Code, time.Since(began)
}

// metric adds up what the control plane exports under a name.
func (f *fleet) metric(t *testing.T, name string) (sum float64) {
	t.Helper()
	families, err := f.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if family.GetName() == name {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}
