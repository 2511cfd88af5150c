package webhooks_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
)

// faulty fails as often as it is told, before or after it has done what it was
// asked for.
type faulty struct {
	webhooks.Store
	adding, noting, settling atomic.Int64
	persisted                bool
}

var errFault = errors.New("a fault")

func (f *faulty) fail(left *atomic.Int64, do func() error) error {
	if left.Add(-1) < 0 {
		return do()
	}
	if f.persisted {
		return errors.Join(do(), errFault)
	}
	return errFault
}

func (f *faulty) AddMessages(ctx context.Context, m []webhooks.Message) error {
	return f.fail(&f.adding, func() error { return f.Store.AddMessages(ctx, m) })
}

func (f *faulty) SetProgress(ctx context.Context, block int64) error {
	return f.fail(&f.noting, func() error { return f.Store.SetProgress(ctx, block) })
}

func (f *faulty) SettleMessage(ctx context.Context, m webhooks.Message) error {
	return f.fail(&f.settling, func() error { return f.Store.SettleMessage(ctx, m) })
}

// Whatever fails between a change and its message, there is one message.
func TestFaults(t *testing.T) {
	for name, persisted := range map[string]bool{"failed": false, "failed, but persisted": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, true)
			r := newReceiver(t, status(200))
			hook := w.subscribe(r.URL, webhooks.LinkCreated)
			r.secret = hook.Secret
			w.wrap = func(s webhooks.Store) webhooks.Store {
				f := &faulty{Store: s, persisted: persisted}
				f.adding.Store(2)
				f.noting.Store(2)
				return f
			}
			w.run(w.replica(true))
			w.create("shop", "one")
			w.create("shop", "two")
			w.seal()
			eventually(t, "both messages", func() bool { return len(r.all()) >= 2 })
			w.create("shop", "three")
			w.seal()
			eventually(t, "the third message", func() bool { return len(r.all()) >= 3 })
			if n := len(r.all()); n != 3 {
				t.Errorf("%d messages of three links", n)
			}
		})
	}
}

// A message whose outcome could not be stored is sent again, under the same id,
// when its claim has run out.
func TestOutcomeLost(t *testing.T) {
	w := newWorld(t, true)
	r := newReceiver(t, status(200))
	hook := w.subscribe(r.URL, webhooks.LinkCreated)
	w.wrap = func(s webhooks.Store) webhooks.Store {
		f := &faulty{Store: s}
		f.settling.Store(1)
		return f
	}
	w.run(w.replica(true))
	w.create("shop", "one")
	w.seal()
	eventually(t, "the message", func() bool { return len(r.all()) == 1 })
	sent := func() bool {
		w.pass(1 << 40) // 18 minutes
		found, err := w.hooks.Messages(t.Context(), hook.ID, webhooks.Sent, webhooks.Place{}, 10)
		return err == nil && len(found) == 1
	}
	eventually(t, "the outcome", sent)
	if got := r.all(); len(got) < 2 || got[0].id != got[1].id {
		t.Errorf("messages %+v", got)
	}
}

// full is a store that always has more to forget than it removes at once, until
// it was asked three times.
type full struct {
	webhooks.Store
	asked atomic.Int64
}

func (f *full) ForgetMessages(_ context.Context, _ webhooks.Status, _ int64, limit int) (int, error) {
	if f.asked.Add(1) < 3 {
		return limit, nil
	}
	return 0, nil
}

// What is old goes as fast as it comes.
func TestForgetsAll(t *testing.T) {
	w := newWorld(t, true)
	w.subscribe("https://example.com/", webhooks.LinkCreated)
	f := new(full)
	w.wrap = func(s webhooks.Store) webhooks.Store { f.Store = s; return f }
	w.run(w.replica(true))
	eventually(t, "an end of old messages", func() bool { return f.asked.Load() > 3 })
}

// meanwhile is a store in which something happens between a replica's look at the
// webhooks and its look at the chain.
type meanwhile struct {
	webhooks.Store
	happens func()
}

func (m *meanwhile) ReadBlocks(ctx context.Context, after int64, limit int) ([]audit.Block, error) {
	if m.happens != nil {
		happens := m.happens
		m.happens = nil
		happens()
	}
	return m.Store.ReadBlocks(ctx, after, limit)
}

func TestSubscribedMeanwhile(t *testing.T) {
	w := newWorld(t, true)
	r := newReceiver(t, status(200))
	w.subscribe(r.URL, webhooks.LinkDeleted) // or nobody would look at the chain
	looking, changed := make(chan struct{}), make(chan struct{})
	w.wrap = func(s webhooks.Store) webhooks.Store {
		return &meanwhile{Store: s, happens: func() { close(looking); <-changed }}
	}
	w.run(w.replica(true))
	<-looking
	r.secret = w.subscribe(r.URL, webhooks.LinkCreated).Secret
	w.create("shop", "one")
	w.seal()
	close(changed)
	eventually(t, "the message", func() bool { return len(r.all()) == 1 })
}
