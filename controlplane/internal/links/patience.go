package links

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Patience is how long an import waits for the database.
type Patience struct {
	// Within bounds each transaction.
	Within time.Duration
	// For is how long a transaction is tried again while the database does not answer:
	// a cluster that loses a node answers again after some seconds. 0 sets no end.
	For time.Duration
	// Waiting is told each time that it did not answer, and why.
	Waiting func(error)
}

// The pauses between attempts grow from the one to the other.
const (
	firstPause = 250 * time.Millisecond
	maxPause   = 5 * time.Second
)

// persist stores b, and tries again until patience or ctx ends. What an attempt has
// created whose end was not heard of is found by its code, which is nobody else's.
// Others take their turns meanwhile.
func (b *batch) persist(ctx context.Context, p Patience, turns chan struct{}) {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = firstPause, maxPause
	// The last attempt's error is in b.
	_, _ = backoff.Retry(ctx, func() (struct{}, error) {
		b.storeInTurn(ctx, p.Within, turns)
		return struct{}{}, b.failed
	}, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(p.For), backoff.WithNotify(func(err error, _ time.Duration) { p.Waiting(err) }))
}
