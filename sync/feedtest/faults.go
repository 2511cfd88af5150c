package feedtest

import (
	"testing"
	"time"
)

// attached gives a follower that has seen version 1 of link abc, and a way to
// publish.
func attached(t *testing.T, e *Etcd) (*Recorder, func(code string, version uint64)) {
	t.Helper()
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, Client(t, e.Endpoint()))
	r.WaitConfirmed(t)
	put := func(code string, version uint64) {
		t.Helper()
		Publish(t, c, Record(code, version))
	}
	put("abc", 1)
	r.WaitLink(t, key("abc"), 1)
	return r, put
}

func restartResumes(t *testing.T, e *Etcd) {
	r, put := attached(t, e)
	e.Stop()
	e.Restart()
	put("abc", 2)
	r.WaitLink(t, key("abc"), 2)
	r.WaitConfirmed(t)
	if n := r.Rebases(); n != 1 {
		t.Errorf("%d rebases, want none for a restart", n-1)
	}
}

func compactionRebases(t *testing.T, e *Etcd) {
	link := NewLink(t, e.Endpoint())
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, Client(t, link.Addr()))
	r.WaitConfirmed(t)
	Publish(t, c, Record("abc", 1))
	r.WaitLink(t, key("abc"), 1)
	link.Cut()
	Publish(t, c, Record("abc", 2))
	Publish(t, c, Record("def", 1))
	e.Compact()
	link.Mend()
	r.wait(t, "a rebase", func() bool { return r.rebases == 2 })
	Publish(t, c, Record("abc", 3))
	r.WaitLink(t, key("abc"), 3)
}

func wipeRebases(t *testing.T, e *Etcd) {
	r, put := attached(t, e)
	e.Stop()
	e.Wipe()
	e.Restart()
	// The new history overtakes the old one's revision before the follower can
	// look: revisions alone would not tell.
	for v := uint64(1); v <= 20; v++ {
		put("new", v)
	}
	r.wait(t, "a rebase", func() bool { return r.rebases >= 2 })
	put("new", 30)
	r.WaitLink(t, key("new"), 30)
}

func restoreRebases(t *testing.T, e *Etcd) {
	r, put := attached(t, e)
	e.Stop()
	kept := e.Copy()
	e.Restart()
	put("abc", 2)
	put("abc", 3)
	r.WaitLink(t, key("abc"), 3)
	e.Stop()
	e.Restore(kept)
	e.Restart()
	for _, code := range []string{"x1", "x2", "x3", "x4", "x5", "x6"} {
		put(code, 1)
	}
	r.wait(t, "a rebase", func() bool { return r.rebases >= 2 })
	put("abc", 4)
	r.WaitLink(t, key("abc"), 4)
}

// restoreWhileAwayRebases: the follower has seen nothing that the restored copy
// does not hold, so only a publisher can tell it what is missing.
func restoreWhileAwayRebases(t *testing.T, e *Etcd) {
	link := NewLink(t, e.Endpoint())
	c := Client(t, e.Endpoint())
	Publish(t, c, Record("abc", 1))
	r, _ := Follow(t, Client(t, link.Addr()))
	r.WaitConfirmed(t)
	Publish(t, c, Record("abc", 2))
	r.WaitLink(t, key("abc"), 2)
	link.Cut()
	e.Stop()
	kept := e.Copy()
	e.Restart()
	Publish(t, c, Record("abc", 3))
	Publish(t, c, Record("def", 1))
	e.Stop()
	e.Restore(kept)
	e.Restart()
	for version := uint64(1); version <= 10; version++ {
		Publish(t, c, Record("new", version))
	}
	link.Mend()
	r.wait(t, "a rebase", func() bool { return r.rebases == 2 })
	Publish(t, c, Record("abc", 4))
	r.WaitLink(t, key("abc"), 4)
	r.WaitConfirmed(t)
	if n := r.Rebases(); n != 2 {
		t.Errorf("%d rebases, want one for the loss", n-1)
	}
}

func silenceEnds(t *testing.T, e *Etcd) {
	link := NewLink(t, e.Endpoint())
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, Client(t, link.Addr()))
	r.WaitConfirmed(t)
	Publish(t, c, Record("abc", 1))
	r.WaitLink(t, key("abc"), 1)
	link.Freeze()
	frozen := time.Now()
	Publish(t, c, Record("abc", 2))
	// Long enough for the silence to be noticed and attempts to come back to
	// fail: nothing of that may count as a confirmation.
	<-time.After(3 * time.Second)
	r.mu.Lock()
	if r.asOf.After(frozen) {
		t.Errorf("confirmed as of %v, after the silence began at %v", r.asOf, frozen)
	}
	r.mu.Unlock()
	link.Mend()
	r.WaitLink(t, key("abc"), 2)
	r.WaitConfirmed(t)
	if n := r.Rebases(); n != 1 {
		t.Errorf("%d rebases, want none for a silence", n-1)
	}
}
