package e2e_test

import (
	"context"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// previous is the build that may run beside this one while a fleet is upgraded: the
// last one that was released. It moves with each release.
const previous = "4a2b735"

// previousPrograms builds the control plane and the edge of the previous build from the
// repository's own history. A copy without it, such as a shallow clone, has this build in
// their place, and the log says so: what is left to show is that a fleet changes under
// traffic.
func previousPrograms(t *testing.T) (control, edge string) {
	t.Helper()
	source, programs := t.TempDir(), t.TempDir()
	run := func(name string, args ...string) error {
		cmd := exec.Command(name, args...)
		cmd.Dir = source
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Logf("%s %s: %s", name, strings.Join(args, " "), out)
		}
		return err
	}
	here, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err == nil {
		err = run("git", "clone", "--quiet", "--no-checkout", strings.TrimSpace(string(here)), ".")
	}
	if err == nil {
		err = run("git", "checkout", "--quiet", previous)
	}
	if err != nil {
		t.Logf("the previous build's source, %s, is not to be had (%v); this build takes its place", previous, err)
		return builds.Path(t, controlplanePkg), builds.Path(t, edgePkg)
	}
	// Trimmed of its folder, which is another each time, it is compiled once and cached.
	if err := run("go", "build", "-pgo=off", "-trimpath", "-o", programs, controlplanePkg, edgePkg); err != nil {
		t.Fatal("the previous build does not build")
	}
	return filepath.Join(programs, path.Base(controlplanePkg)), filepath.Join(programs, path.Base(edgePkg))
}

// F14: a control plane and an edge of the previous build serve while this build's come
// up beside them, on the database that these migrate, and go on when those leave.
// Creates at every control plane and redirects at every edge know no error.
func TestF14MixedFleet(t *testing.T) {
	t.Parallel()
	oldControl, oldEdge := previousPrograms(t)
	p := startPlanes(t, oldControl, 1)
	p.addEdge(t, oldEdge)
	acknowledged := newAcks()
	phase := func(name string, during func()) {
		t.Helper()
		traffic := p.serve(t, acknowledged)
		before := acknowledged.len()
		during()
		eventually(t, startLimit, "links are created: "+name, func() bool { return acknowledged.len() >= before+40 })
		traffic()
		for _, edge := range p.edges {
			acknowledged.await(t, edge)
		}
		t.Logf("%s: %d links so far, at %d edges", name, acknowledged.len(), len(p.edges))
	}
	phase("the previous build alone", func() {})
	phase("this build comes", func() {
		late := &planes{database: p.database, etcd: p.etcd}
		late.add(t, builds.Path(t, controlplanePkg))
		late.addEdge(t, builds.Path(t, edgePkg))
		// What is in use meanwhile is not touched.
		defer func() { p.replicas, p.edges = append(p.replicas, late.replicas...), append(p.edges, late.edges...) }()
	})
	phase("both builds", func() {})
}

// serve creates links at every control plane, and asks every edge for them, until it
// is stopped. Every answer must be the right one.
func (p *planes) serve(t *testing.T, acknowledged *acks) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	edges := p.edges
	for i, r := range p.replicas {
		c := newClient(t, "http://"+r.addr)
		group.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				const url = "https://example.org/mixed"
				status, link, err := c.call(t.Context(), "POST", "/urls", target(url))
				switch {
				case err == nil && status == 503: // the machine stands still for a moment
					time.Sleep(50 * time.Millisecond)
					continue
				case err != nil || status != 201:
					t.Errorf("control plane %d: %d %+v, %v", i, status, link, err)
					return
				}
				acknowledged.add(t, link.Code, url)
				for _, edge := range edges {
					checkRedirect(t, edge, link.Code, url)
				}
			}
		})
	}
	return func() { cancel(); group.Wait() }
}

// checkRedirect follows a link that was just created: it may not be known for a moment,
// but there is an answer, and never a wrong one.
func checkRedirect(t *testing.T, edge, code, url string) {
	visitor := newVisitor(edge)
	defer visitor.close()
	for deadline := time.Now().Add(startLimit); ; time.Sleep(time.Millisecond) {
		status, location, err := visitor.get(t.Context(), "/"+code)
		switch {
		case err == nil && status == 302 && location == url:
			return
		case err != nil || status != 404 || time.Now().After(deadline):
			t.Errorf("%s: %s answers %d %q, %v", edge, code, status, location, err)
			return
		}
	}
}
