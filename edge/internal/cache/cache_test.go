package cache_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/sync/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const now = 1_000_000_000 // Unix milliseconds

func newCache(t testing.TB) *cache.Cache {
	t.Helper()
	// One slot: every change undoes everything.
	c, err := cache.New(cache.Options{Bytes: 1 << 20, Slots: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func version(t testing.TB, k link.Key, v uint64) *link.Link {
	t.Helper()
	l, err := record(k, v, "").ToLink()
	if err != nil {
		t.Fatal(err)
	}
	return &l
}

// TestOrders plays out the orders in which fills and events can meet, one by
// one. Each step's t1 and t2 are two fills' tickets.
func TestOrders(t *testing.T) {
	type scene struct {
		c      *cache.Cache
		t1, t2 cache.Ticket
		t      *testing.T
	}
	begin := func(s *scene, ticket *cache.Ticket) { *ticket = s.c.Begin(key(0), now) }
	complete := func(s *scene, ticket cache.Ticket, v uint64, want cache.Outcome) {
		s.t.Helper()
		var l *link.Link
		if v > 0 {
			l = version(s.t, key(0), v)
		}
		if _, got := s.c.Complete(ticket, l); got != want {
			s.t.Errorf("completing with version %d: outcome %d, want %d", v, got, want)
		}
	}
	apply := func(s *scene, v uint64) { s.c.Apply(version(s.t, key(0), v)) }
	holds := func(s *scene, v uint64) {
		begin(s, &s.t1)
		want := cache.Hit
		if v == 0 {
			want = cache.Absent
		}
		complete(s, s.t1, v, want)
	}
	restore := func(s *scene, v uint64, want cache.Outcome) {
		s.t.Helper()
		begin(s, &s.t1)
		if _, got := s.c.Restore(s.t1, version(s.t, key(0), v), now); got != want {
			s.t.Errorf("restoring version %d: outcome %d, want %d", v, got, want)
		}
	}
	for name, c := range map[string]struct {
		play    func(*scene)
		version uint64
		outcome cache.Outcome
	}{
		"empty":                             {func(*scene) {}, 0, cache.Miss},
		"filled":                            {func(s *scene) { holds(s, 1) }, 1, cache.Hit},
		"a newer event, while held":         {func(s *scene) { holds(s, 1); apply(s, 2) }, 2, cache.Hit},
		"an event, while nothing is held":   {func(s *scene) { apply(s, 2) }, 0, cache.Miss},
		"a fill quicker than the event":     {func(s *scene) { holds(s, 2); apply(s, 2) }, 2, cache.Hit},
		"a fill quicker than two events":    {func(s *scene) { holds(s, 3); apply(s, 2); apply(s, 3) }, 3, cache.Hit},
		"events that come again":            {func(s *scene) { holds(s, 1); apply(s, 2); apply(s, 3); apply(s, 2); apply(s, 3) }, 3, cache.Hit},
		"a creation that comes again":       {func(s *scene) { holds(s, 2); apply(s, 1) }, 2, cache.Hit},
		"a creation undoes an absence":      {func(s *scene) { holds(s, 0); apply(s, 1) }, 1, cache.Hit},
		"a first event that is no creation": {func(s *scene) { holds(s, 0); apply(s, 3) }, 3, cache.Hit},
		"hole 2: overtaken by an event": {func(s *scene) {
			begin(s, &s.t1)
			apply(s, 3)
			complete(s, s.t1, 2, cache.Miss)
		}, 0, cache.Miss},
		"an absence overtaken by a creation": {func(s *scene) {
			begin(s, &s.t1)
			apply(s, 1)
			complete(s, s.t1, 0, cache.Miss)
		}, 0, cache.Miss},
		"an old fill beside a newer one": {func(s *scene) {
			begin(s, &s.t1)
			s.c.Apply(version(s.t, key(1), 1)) // another key's creation, in the same slot
			begin(s, &s.t2)
			complete(s, s.t2, 3, cache.Hit)
			complete(s, s.t1, 2, cache.Miss)
		}, 3, cache.Hit},
		"hole 1: two fills under one stamp": {func(s *scene) {
			begin(s, &s.t1)
			complete(s, s.t1, 2, cache.Hit)
			begin(s, &s.t2)
			complete(s, s.t2, 3, cache.Hit)
		}, 3, cache.Hit},
		"a replica that lags":      {func(s *scene) { holds(s, 3); holds(s, 2) }, 3, cache.Hit},
		"another key's change":     {func(s *scene) { holds(s, 1); s.c.Apply(version(s.t, key(1), 2)) }, 0, cache.Miss},
		"another key's creation":   {func(s *scene) { holds(s, 1); s.c.Apply(version(s.t, key(1), 1)) }, 1, cache.Hit},
		"invalidated":              {func(s *scene) { holds(s, 1); s.c.Invalidate(key(0)) }, 0, cache.Miss},
		"invalidated, then filled": {func(s *scene) { holds(s, 1); s.c.Invalidate(key(0)); holds(s, 3) }, 3, cache.Hit},
		"an event from before what was damaged": {func(s *scene) {
			holds(s, 1)
			s.c.Invalidate(key(0)) // this was version 3
			apply(s, 2)
		}, 0, cache.Miss},
		"refused":                  {func(s *scene) { begin(s, &s.t1); s.c.Refuse(s.t1) }, 0, cache.Absent},
		"refused, then changed":    {func(s *scene) { begin(s, &s.t1); s.c.Refuse(s.t1); apply(s, 2) }, 0, cache.Miss},
		"a new epoch":              {func(s *scene) { holds(s, 2); s.c.Rebase() }, 2, cache.Suspect},
		"a new epoch, then filled": {func(s *scene) { holds(s, 2); s.c.Rebase(); holds(s, 2) }, 2, cache.Hit},
		"a new epoch, an old event": {func(s *scene) {
			holds(s, 3)
			s.c.Rebase()
			apply(s, 2)
		}, 0, cache.Miss},
		"a new epoch, a newer event": {func(s *scene) { holds(s, 2); s.c.Rebase(); apply(s, 3) }, 3, cache.Hit},
		"an absence in a new epoch":  {func(s *scene) { holds(s, 0); s.c.Rebase() }, 0, cache.Miss},
		"overtaken by a new epoch": {func(s *scene) {
			begin(s, &s.t1)
			s.c.Rebase()
			complete(s, s.t1, 2, cache.Miss)
		}, 0, cache.Miss},
		"restored":                        {func(s *scene) { restore(s, 2, cache.Suspect) }, 2, cache.Suspect},
		"restored, then filled":           {func(s *scene) { restore(s, 2, cache.Suspect); holds(s, 2) }, 2, cache.Hit},
		"restored, then changed":          {func(s *scene) { restore(s, 2, cache.Suspect); apply(s, 3) }, 3, cache.Hit},
		"restored, then an old event":     {func(s *scene) { restore(s, 3, cache.Suspect); apply(s, 2) }, 0, cache.Miss},
		"suspect, then absent":            {func(s *scene) { holds(s, 2); s.c.Rebase(); holds(s, 0) }, 0, cache.Absent},
		"suspect, then absent, then made": {func(s *scene) { holds(s, 2); s.c.Rebase(); holds(s, 0); apply(s, 1); holds(s, 1) }, 1, cache.Hit},
		"restored, in a new epoch":        {func(s *scene) { restore(s, 2, cache.Suspect); s.c.Rebase() }, 2, cache.Suspect},
		"restored beside what is held":    {func(s *scene) { holds(s, 2); restore(s, 2, cache.Hit) }, 2, cache.Hit},
		"restored beside what is suspect": {func(s *scene) { holds(s, 3); s.c.Rebase(); restore(s, 2, cache.Suspect) }, 3, cache.Suspect},
		"restored, newer than what is suspect": {func(s *scene) {
			holds(s, 2)
			s.c.Rebase()
			restore(s, 3, cache.Suspect)
		}, 3, cache.Suspect},
		"restored, older than what was held": {func(s *scene) {
			holds(s, 3)
			s.c.Apply(version(s.t, key(1), 2)) // in the same slot
			restore(s, 2, cache.Absent)
		}, 0, cache.Miss},
		"restored, overtaken by an event": {func(s *scene) {
			begin(s, &s.t1)
			apply(s, 3)
			if _, got := s.c.Restore(s.t1, version(s.t, key(0), 2), now); got != cache.Miss {
				s.t.Errorf("outcome %d", got)
			}
		}, 0, cache.Miss},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scene{c: newCache(t), t: t}
			c.play(s)
			k := key(0)
			e, outcome := s.c.Find(k.Domain, []byte(k.Code), now)
			var got uint64
			if e != nil {
				got = e.Version()
			}
			if got != c.version || outcome != c.outcome {
				t.Errorf("found version %d, outcome %d; want %d, %d", got, outcome, c.version, c.outcome)
			}
		})
	}
}

func TestAbsenceAges(t *testing.T) {
	c := newCache(t)
	if _, outcome := c.Complete(c.Begin(key(0), now), nil); outcome != cache.Absent {
		t.Fatal(outcome)
	}
	for age, want := range map[time.Duration]cache.Outcome{59 * time.Second: cache.Absent, time.Minute: cache.Miss} {
		if _, got := c.Find(key(0).Domain, []byte(key(0).Code), now+age.Milliseconds()); got != want {
			t.Errorf("after %s: outcome %d, want %d", age, got, want)
		}
	}
}

func TestKnownAt(t *testing.T) {
	c := newCache(t)
	fill := func(at int64) *cache.Entry {
		e, _ := c.Complete(c.Begin(key(0), at), version(t, key(0), 1))
		return e
	}
	check := func(what string, e *cache.Entry, want int64) {
		t.Helper()
		if got := c.KnownAt(e); got != want {
			t.Errorf("%s: known at %d, want %d", what, got, want)
		}
	}
	e := fill(100)
	check("as it was asked for", e, 100)
	c.Confirm(90)
	check("confirmed before it was asked for", e, 100)
	c.Confirm(200)
	check("confirmed later", e, 200)
	c.Rebase()
	c.Confirm(300)
	check("its epoch is over", e, 200)
	check("asked again", fill(250), 300)
	c.Apply(version(t, key(0), 2))
	brought, _ := c.Find(key(0).Domain, []byte(key(0).Code), now)
	check("brought by an event", brought, 300)
	c.Rebase()
	restored, _ := c.Restore(c.Begin(key(1), 400), version(t, key(1), 1), 350)
	c.Confirm(500)
	check("restored, whatever is confirmed later", restored, 350)
}

// A key is compared whole: hashes may collide, concatenations do.
func TestKeysAreWhole(t *testing.T) {
	c := newCache(t)
	a := link.Key{Domain: "a.example", Code: "code"}
	c.Complete(c.Begin(a, now), version(t, a, 1))
	for _, other := range []link.Key{{Domain: "a.exampl", Code: "ecode"}, {Domain: "code", Code: "a.example"}, {Domain: "a.example", Code: "Code"}} {
		if _, outcome := c.Find(other.Domain, []byte(other.Code), now); outcome != cache.Miss {
			t.Errorf("%s found as %s", other, a)
		}
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]cache.Options{
		"too few bytes":      {Bytes: 1},
		"slots not a power":  {Slots: 3},
		"negative absences":  {Absences: -1},
		"negative age":       {AbsenceAge: -1},
		"negative slots too": {Slots: -4},
	} {
		if _, err := cache.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
