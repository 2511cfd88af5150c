package webhooks

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// turnsAtOnce is how many webhooks are sent to at once: a target that takes its time
	// holds up its own messages only, while no more than so many do.
	turnsAtOnce = 256
	// turnLimit is how many messages a webhook is sent in its turn.
	turnLimit = 8
	// claimLimit is how many messages are taken from the store together.
	claimLimit = 100
	// quick is how soon a target must take a message to be sent several at once.
	quick = time.Second
)

// turns are the webhooks that something is being sent to. They are Run's.
type turns struct {
	busy    map[string]bool
	ended   chan ended // has room for all of them
	running sync.WaitGroup
}

// ended tells of a turn that is over; err is the store's.
type ended struct {
	webhook string
	err     error
}

func newTurns() *turns {
	return &turns{busy: make(map[string]bool), ended: make(chan ended, turnsAtOnce)}
}

// end takes note of e, and of what has ended since. Something may be due for their
// webhooks meanwhile.
func (t *turns) end(e ended) (err error) {
	for err = e.err; ; {
		delete(t.busy, e.webhook)
		select {
		case e = <-t.ended:
			if e.err != nil {
				err = e.err
			}
		default:
			return err
		}
	}
}

// deliver begins a turn of each webhook that has none and that something is due for.
func (h *Webhooks) deliver(ctx context.Context, t *turns) error {
	// Nobody else may take a message while it may still be under way here.
	hold := h.options.Within*turnLimit + time.Minute
	for len(t.busy) < turnsAtOnce {
		limit := min(claimLimit, turnsAtOnce-len(t.busy))
		claimed, err := h.options.Store.ClaimMessages(ctx, hold, limit, turnLimit, slices.Collect(maps.Keys(t.busy)))
		if err != nil || len(claimed) == 0 {
			return err
		}
		mine := make(map[string][]Claimed)
		for _, c := range claimed {
			mine[c.Webhook] = append(mine[c.Webhook], c)
		}
		for webhook, messages := range mine {
			t.busy[webhook] = true
			t.running.Go(func() { t.ended <- ended{webhook, h.turn(ctx, messages)} })
		}
	}
	return nil
}

// turn sends messages to one webhook: the first alone, and what is left together once
// its target was quick. One that is slow gets one at a time.
func (h *Webhooks) turn(ctx context.Context, messages []Claimed) error {
	for n := 1; len(messages) > 0; {
		begun := time.Now()
		var group errgroup.Group
		for i := range messages[:n] {
			group.Go(func() error { return h.attempt(ctx, &messages[i]) })
		}
		if err := group.Wait(); err != nil {
			return err // what is left stays claimed for a while
		}
		if messages, n = messages[n:], 1; time.Since(begun) < quick {
			n = len(messages)
		}
	}
	return nil
}
