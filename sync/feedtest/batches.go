package feedtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// publishAll publishes records together.
func publishAll(tb testing.TB, c *feed.Client, records ...*wire.Record) []feed.Publication {
	tb.Helper()
	return c.PublishLinks(within(tb, 20*time.Second), records)
}

func batches(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, c)
	r.WaitConfirmed(t)
	var records []*wire.Record
	for i := range feed.MaxBatch {
		records = append(records, Record(fmt.Sprintf("code%d", i), 1))
	}
	all := publishAll(t, c, records...)
	for i, p := range all {
		if p.Err != nil || p.Revision != all[0].Revision {
			t.Fatalf("record %d: revision %d, %v", i, p.Revision, p.Err)
		}
		r.WaitLink(t, key(records[i].GetCode()), 1)
	}
}

// largestBatch is more than etcd takes in one transaction.
func largestBatch(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	var records []*wire.Record
	for i := range feed.MaxBatch {
		r := Record(fmt.Sprintf("large%d", i), 1)
		r.Url += strings.Repeat("x", link.MaxRecord-500)
		records = append(records, r)
	}
	for i, p := range publishAll(t, c, records...) {
		if p.Err != nil || p.Revision == 0 {
			t.Fatalf("record %d: revision %d, %v", i, p.Revision, p.Err)
		}
	}
}

// batchRaises publishes what is new, what is newer, what is older than what etcd
// holds, what is too large, and two versions of one link, together.
func batchRaises(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	held := Publish(t, c, Record("older", 5))
	Publish(t, c, Record("newer", 5))
	large := Record("large", 1)
	large.Url += string(make([]byte, 20<<10))
	all := publishAll(t, c, Record("fresh", 1), Record("newer", 6), Record("older", 4), large, Record("twice", 1), Record("twice", 2))
	for i, p := range all {
		if (p.Err != nil) != (i == 3) {
			t.Errorf("record %d: %v", i, p.Err)
		}
	}
	if all[2].Revision != held {
		t.Errorf("an older version is said to be held since %d, not since %d", all[2].Revision, held)
	}
	r, _ := Follow(t, c)
	r.WaitConfirmed(t)
	// What etcd holds now is what publishing the version below does not change.
	for code, version := range map[string]uint64{"fresh": 1, "newer": 6, "older": 5, "twice": 2} {
		since := Publish(t, c, Record(code, version))
		if again := Publish(t, c, Record(code, version-1)); again != since {
			t.Errorf("%s: version %d was not held", code, version)
		}
	}
	if puts := r.Puts(key("older")); len(puts) > 0 {
		t.Errorf("the version that etcd held was put again: %v", puts)
	}
}

// batchResumes cuts the watch off after a batch: the anchor is the last of several
// puts of one revision then.
func batchResumes(t *testing.T, e *Etcd) {
	r, _ := attached(t, e)
	publishAll(t, Client(t, e.Endpoint()), Record("a", 1), Record("b", 1), Record("c", 1))
	for _, code := range []string{"a", "b", "c"} {
		r.WaitLink(t, key(code), 1)
	}
	before := r.Rebases()
	e.Stop()
	e.Restart()
	Publish(t, Client(t, e.Endpoint()), Record("d", 1))
	r.WaitLink(t, key("d"), 1)
	if r.Rebases() != before {
		t.Error("a watch that was cut off after a batch started afresh")
	}
}
