package access

import (
	"context"
	"sync"
	"time"
)

const (
	touchEvery  = 5 * time.Second
	touchWithin = 2 * time.Second
	// touchAge is how old a key's LastUsedAt may get: a write for every request
	// would cost more than most requests.
	touchAge = time.Minute
)

// usage notes which keys were used since they were last written down.
type usage struct {
	mu   sync.Mutex
	used map[string]int64 // mu; key id → Unix milliseconds
}

func (u *usage) note(k *Key, now int64) {
	if age := now - k.LastUsedAt; age >= 0 && age < touchAge.Milliseconds() {
		return
	}
	u.mu.Lock()
	u.used[k.ID] = now
	u.mu.Unlock()
}

func (u *usage) take() map[string]int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.used
	u.used = make(map[string]int64)
	return taken
}

// Run writes down when keys were used, until ctx ends.
func (a *Access) Run(ctx context.Context) {
	ticker := time.NewTicker(touchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			a.Flush(context.WithoutCancel(ctx))
			return
		case <-ticker.C:
			a.Flush(ctx)
		}
	}
}

// Flush writes down now when keys were used. What cannot be written is lost: it
// is a help for people who clean up, and the next use notes it again.
func (a *Access) Flush(ctx context.Context) {
	used := a.usage.take()
	if len(used) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, touchWithin)
	defer cancel()
	_ = a.store.TouchKeys(ctx, used)
}
