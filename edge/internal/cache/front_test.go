package cache_test

import (
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
)

// popular asks for key(0) until the front has it for certain.
func popular(c *cache.Cache) {
	for range 2000 {
		find(c)
	}
}

func find(c *cache.Cache) (*cache.Entry, cache.Outcome) {
	return c.Find(key(0).Domain, []byte(key(0).Code), now)
}

// What is popular is replaced at once by whatever undoes it, in every way in
// which the cache can learn of something newer.
func TestPopular(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, c *cache.Cache)
		want   uint64 // version, or 0 for a miss
	}{
		"nothing": {func(*testing.T, *cache.Cache) {}, 1},
		"a change": {func(t *testing.T, c *cache.Cache) {
			c.Apply(version(t, key(0), 2))
		}, 2},
		"a change that cannot be read": {func(_ *testing.T, c *cache.Cache) {
			c.Invalidate(key(0))
		}, 0},
		"two fills under one stamp": {func(t *testing.T, c *cache.Cache) {
			one, two := c.Begin(key(0), now), c.Begin(key(0), now)
			c.Complete(one, version(t, key(0), 2))
			popular(c)
			c.Complete(two, version(t, key(0), 3))
		}, 3},
		"a fill that read too early": {func(t *testing.T, c *cache.Cache) {
			one := c.Begin(key(0), now)
			c.Apply(version(t, key(0), 2))
			c.Complete(one, version(t, key(0), 1))
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			memory := newCache(t)
			memory.Complete(memory.Begin(key(0), now), version(t, key(0), 1))
			popular(memory)
			c.change(t, memory)
			for range 100 { // the front and what is behind it agree
				e, outcome := find(memory)
				switch {
				case c.want == 0 && outcome != cache.Miss:
					t.Fatalf("outcome %d, want a miss", outcome)
				case c.want > 0 && (outcome != cache.Hit || e.Version() != c.want):
					t.Fatalf("outcome %d with %v, want version %d", outcome, e, c.want)
				}
			}
		})
	}
}

func TestPopularIsSuspectInANewEpoch(t *testing.T) {
	c := newCache(t)
	c.Complete(c.Begin(key(0), now), version(t, key(0), 1))
	popular(c)
	c.Rebase()
	if _, outcome := find(c); outcome != cache.Suspect {
		t.Errorf("outcome %d, want suspect", outcome)
	}
	c.Complete(c.Begin(key(0), now), version(t, key(0), 1))
	if _, outcome := find(c); outcome != cache.Hit {
		t.Errorf("outcome %d after a fill, want a hit", outcome)
	}
}
