package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// ErrDenied is what Authenticate refuses with. Anything else means that the database did
// not answer.
var ErrDenied = errors.New("the API key is unknown, expired or revoked")

// maxAge is how long an answer of the store is trusted. With the second that a
// revoked key may live at most, it leaves as much for a slow answer.
const maxAge = 500 * time.Millisecond

// cached is how many keys are remembered; one entry is about 300 bytes.
const cached = 10_000

// Access knows the keys of one Store. Any number of replicas may share it.
type Access struct {
	store Store
	now   func() time.Time
	known *lru.Cache[[sha256.Size]byte, seen]
	// asking has a channel for each hash that the store is asked for, which is closed
	// when it has answered.
	asking sync.Map
	usage  usage
}

// seen is what the store answered, and when it was asked.
type seen struct {
	key Key
	at  time.Time
}

// New makes an Access; a nil now means time.Now.
func New(store Store, now func() time.Time) (*Access, error) {
	if store == nil {
		return nil, errors.New("access: store is missing")
	}
	if now == nil {
		now = time.Now
	}
	known, err := lru.New[[sha256.Size]byte, seen](cached)
	if err != nil {
		return nil, fmt.Errorf("making key cache: %w", err)
	}
	return &Access{store: store, now: now, known: known, usage: usage{used: make(map[string]int64)}}, nil
}

// Authenticate finds the key that presented is, if it is valid now.
func (a *Access) Authenticate(ctx context.Context, presented string) (Key, error) {
	if presented == "" || len(presented) > MaxPreset {
		return Key{}, ErrDenied
	}
	hash := sha256.Sum256([]byte(presented))
	key, err := a.lookup(ctx, hash)
	switch {
	case errors.Is(err, ErrNotFound):
		return Key{}, ErrDenied
	case err != nil:
		return Key{}, fmt.Errorf("looking up API key: %w", err)
	}
	now := a.now().UnixMilli()
	// The store has compared already, but perhaps not in constant time or not
	// every byte; this does not depend on it.
	same := subtle.ConstantTimeCompare(hash[:], key.Hash[:]) == 1
	if !same || key.ended(now) {
		return Key{}, ErrDenied
	}
	a.usage.note(&key, now)
	return key, nil
}

// Remembers says whether the store has told of the key that presented is, however
// long ago: whoever has it did not make it up.
func (a *Access) Remembers(presented string) bool {
	return a.known.Contains(sha256.Sum256([]byte(presented)))
}

// lookup asks the store unless it answered less than maxAge ago, or is about to.
// Unknown keys are not remembered: one that was just made works at once.
func (a *Access) lookup(ctx context.Context, hash [sha256.Size]byte) (Key, error) {
	if key, ok := a.remembered(hash); ok {
		return key, nil
	}
	answered := make(chan struct{})
	if other, busy := a.asking.LoadOrStore(hash, answered); !busy {
		defer close(answered)
		defer a.asking.Delete(hash)
	} else if key, ok := a.overheard(ctx, hash, other.(chan struct{})); ok {
		return key, nil
	}
	asked := a.now()
	key, err := a.store.KeyByHash(ctx, hash)
	if err != nil {
		return Key{}, err
	}
	a.known.Add(hash, seen{key, asked})
	return key, nil
}

// remembered is what the store answered less than maxAge ago.
func (a *Access) remembered(hash [sha256.Size]byte) (Key, bool) {
	hit, ok := a.known.Get(hash)
	age := a.now().Sub(hit.at)
	return hit.key, ok && age >= 0 && age < maxAge
}

// overheard is what somebody else's question is answered with. It is not waited for
// a second time: that one may have given up, or the store be slow.
func (a *Access) overheard(ctx context.Context, hash [sha256.Size]byte, answered <-chan struct{}) (Key, bool) {
	select {
	case <-answered:
	case <-ctx.Done():
	}
	return a.remembered(hash)
}
