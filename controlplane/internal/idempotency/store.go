package idempotency

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound is what a Store answers with if a name is free.
var ErrNotFound = errors.New("no such idempotency key")

// ErrClaimed ends the transaction of an attempt that finds its name taken by
// another one.
var ErrClaimed = errors.New("another attempt has this idempotency key")

// Name is an Idempotency-Key of one API key. Hash is the SHA-256 of what the
// client sent.
type Name struct {
	KeyID string
	Hash  [32]byte
}

// Record is what is stored under a name.
type Record struct {
	// Fingerprint tells whether a request is the same one.
	Fingerprint [32]byte
	// Token is the attempt that took the name.
	Token string
	// Subject is what the attempt made, such as "link go.example/autumn"; "" if
	// it made nothing.
	Subject string
	// CreatedAt is Unix milliseconds.
	CreatedAt int64
	// Final says that Answer is set and does not change any more.
	Final  bool
	Answer []byte // sealed
}

// Store keeps names. The claim itself is no method: the store makes it inside
// the transaction of every change whose context carries an Attempt.
type Store interface {
	// ReadAttempt reads strongly; ErrNotFound if the name is free, or was taken
	// before oldest (Unix milliseconds). Safe to retry.
	ReadAttempt(ctx context.Context, name Name, oldest int64) (Record, error)
	// SettleAttempt stores r, which is final, unless the name is final already or
	// belongs to another token and was taken since oldest; settled says whether it
	// did. Durable when it returns nil. Idempotent.
	SettleAttempt(ctx context.Context, name Name, r Record, oldest int64) (settled bool, err error)
	// ForgetAttempts removes up to limit names that were taken before oldest, and
	// says how many. Idempotent.
	ForgetAttempts(ctx context.Context, oldest int64, limit int) (forgotten int64, err error)
}

// Attempt is one run of a request. It belongs to the goroutine that runs it.
type Attempt struct {
	Name        Name
	Fingerprint [32]byte
	Token       string
	// Now and Oldest are Unix milliseconds: when the attempt began, and before
	// when a name is free again.
	Now, Oldest int64
	// Lost is set by the store when the name was taken by another attempt, and
	// Waiting while it waits for one that has not ended.
	Lost, Waiting bool
}

type attemptKey struct{}

// With gives a context whose changes claim a's name.
func With(ctx context.Context, a *Attempt) context.Context {
	return context.WithValue(ctx, attemptKey{}, a)
}

// From is the attempt that ctx carries, or nil.
func From(ctx context.Context) *Attempt {
	a, _ := ctx.Value(attemptKey{}).(*Attempt)
	return a
}

// Lifetime is how long an answer is remembered.
const Lifetime = 24 * time.Hour
