package idempotency

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Refusals of Do.
var (
	// ErrMismatch: the name was used for another request.
	ErrMismatch = errors.New("this Idempotency-Key was used for another request")
	// ErrRunning: another attempt is still under way.
	ErrRunning = errors.New("a request with this Idempotency-Key is still running")
)

// patience is how long an attempt that has committed may take to store its
// answer before another one does it for it: the time that publishing may take,
// and as much again.
const patience = time.Second

// lookEvery is how often an answer of another replica is looked for.
const lookEvery = 25 * time.Millisecond

// Keeper runs requests once. Any number of replicas may share a Store.
type Keeper struct {
	store  Store
	logger *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	running map[Name]chan struct{} // mu; closed when the attempt has ended
}

// New makes a Keeper; a nil now means time.Now.
func New(store Store, logger *slog.Logger, now func() time.Time) (*Keeper, error) {
	switch {
	case store == nil:
		return nil, errors.New("idempotency: store is missing")
	case logger == nil:
		return nil, errors.New("idempotency: logger is missing")
	}
	if now == nil {
		now = time.Now
	}
	return &Keeper{store: store, logger: logger, now: now, running: make(map[Name]chan struct{})}, nil
}

// Request is a request that has a name.
type Request struct {
	Name        Name
	Fingerprint [32]byte
	Sealer      *Sealer
	// Run does what is asked for. Its context carries the Attempt that the
	// store's transactions claim.
	Run func(ctx context.Context) *Answer
	// Rebuild makes the answer again from the subject of an attempt that
	// committed and left none.
	Rebuild func(ctx context.Context, subject string) (*Answer, error)
}

// Do answers r: from memory of an earlier attempt, or by running it. The caller has
// entered under its name. An error that is neither ErrMismatch nor ErrRunning means
// that the store did not answer.
func (k *Keeper) Do(ctx context.Context, r Request) (*Answer, error) {
	for {
		answer, err := k.recall(ctx, r)
		if !errors.Is(err, ErrNotFound) {
			return answer, err
		}
		attempt := k.attempt(r)
		answer = r.Run(With(ctx, attempt))
		if attempt.Lost {
			continue // the other attempt has committed, or its name has just expired
		}
		return k.conclude(ctx, r, attempt, answer)
	}
}

// Enter waits until no other attempt of this process runs under name; ErrRunning if
// ctx ends first. It needs no database, so whoever waits has to hold nothing of one.
func (k *Keeper) Enter(ctx context.Context, name Name) (leave func(), err error) {
	for {
		k.mu.Lock()
		other, busy := k.running[name]
		if !busy {
			done := make(chan struct{})
			k.running[name] = done
			k.mu.Unlock()
			return func() {
				k.mu.Lock()
				delete(k.running, name)
				k.mu.Unlock()
				close(done)
			}, nil
		}
		k.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ErrRunning
		}
	}
}

func (k *Keeper) attempt(r Request) *Attempt {
	return &Attempt{Name: r.Name, Fingerprint: r.Fingerprint, Token: rand.Text(), Now: k.now().UnixMilli(), Oldest: k.oldest()}
}

// oldest is when a name that expires now was taken.
func (k *Keeper) oldest() int64 { return k.now().Add(-Lifetime).UnixMilli() }

// recall gives the answer of an earlier attempt; ErrNotFound if there was none.
func (k *Keeper) recall(ctx context.Context, r Request) (*Answer, error) {
	for {
		record, err := k.store.ReadAttempt(ctx, r.Name, k.oldest())
		switch {
		case err != nil:
			return nil, fmt.Errorf("reading idempotency key: %w", err)
		case record.Fingerprint != r.Fingerprint:
			return nil, ErrMismatch
		case record.Final:
			return r.Sealer.open(record.Answer, r.Name)
		}
		age := k.now().Sub(time.UnixMilli(record.CreatedAt))
		if age >= patience || age < 0 { // below 0: the clocks of two replicas differ
			return k.finish(ctx, r, record)
		}
		if err := pause(ctx, lookEvery); err != nil {
			return nil, ErrRunning
		}
	}
}

// finish makes the answer of an attempt that committed and left none, and
// stores it for everybody.
func (k *Keeper) finish(ctx context.Context, r Request, record Record) (*Answer, error) {
	answer, err := r.Rebuild(ctx, record.Subject)
	if err != nil {
		return nil, fmt.Errorf("rebuilding answer: %w", err)
	}
	return k.settle(ctx, r, record, answer)
}

// conclude stores what an attempt has answered. If its outcome is open, the
// store knows whether it happened.
func (k *Keeper) conclude(ctx context.Context, r Request, a *Attempt, answer *Answer) (*Answer, error) {
	// The client may be gone, and the request's time used up; the next attempt
	// must find the answer all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	switch {
	case answer.unknown():
		record, err := k.store.ReadAttempt(ctx, a.Name, a.Oldest)
		if err == nil && record.Token == a.Token {
			return k.finish(ctx, r, record)
		}
		if a.Waiting {
			return nil, ErrRunning
		}
		return answer, nil // it did not happen, or nobody can tell now
	case !answer.succeeded():
		return answer, nil
	}
	record := Record{Fingerprint: a.Fingerprint, Token: a.Token, CreatedAt: a.Now}
	settled, err := k.settle(ctx, r, record, answer)
	if err != nil {
		// It has happened, and this is its answer. Another attempt will make it again.
		k.logger.Warn("answer could not be stored; a repetition makes it again", "error", err)
		return answer, nil
	}
	return settled, nil
}

// settle stores answer unless another one was stored before, and gives the one
// that is stored.
func (k *Keeper) settle(ctx context.Context, r Request, record Record, answer *Answer) (*Answer, error) {
	sealed, err := r.Sealer.seal(answer, r.Name)
	if err != nil {
		return nil, err
	}
	record.Final, record.Answer = true, sealed
	first, err := k.store.SettleAttempt(ctx, r.Name, record, k.oldest())
	if err != nil {
		return nil, fmt.Errorf("storing answer: %w", err)
	}
	if first {
		return answer, nil
	}
	stored, err := k.store.ReadAttempt(ctx, r.Name, k.oldest())
	if err != nil {
		return nil, fmt.Errorf("reading stored answer: %w", err)
	}
	return r.Sealer.open(stored.Answer, r.Name)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
