package live

import (
	"context"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Watch is one watcher's view of a link. One goroutine uses it.
type Watch struct {
	live  *Live
	key   link.Key
	owner string
	link  *watched
	told  State
	began bool // told is something
}

// Watch begins to watch a link on behalf of an owner, who calls Close in the end.
func (l *Live) Watch(key link.Key, owner string) (*Watch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.ended:
		return nil, ErrEnded
	default:
	}
	switch {
	case l.owners[owner] >= l.options.PerOwner:
		return nil, ErrTooMany
	case l.all >= l.options.All:
		return nil, ErrFull
	}
	of := l.links[key]
	if of == nil {
		of = &watched{changed: make(chan struct{})}
		l.links[key] = of
	}
	of.watchers++
	l.owners[owner]++
	l.all++
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return &Watch{live: l, key: key, owner: owner, link: of}, nil
}

// Close ends the watch.
func (w *Watch) Close() {
	l := w.live
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.owners[w.owner]--; l.owners[w.owner] == 0 {
		delete(l.owners, w.owner)
	}
	if w.link.watchers--; w.link.watchers == 0 {
		delete(l.links, w.key)
	}
}

// Next gives the state as soon as it is another than Next gave last, at first as
// soon as it is known. It ends with ctx, or with ErrEnded.
func (w *Watch) Next(ctx context.Context) (State, error) {
	for {
		state, known, changed := w.look()
		if known && (!w.began || state != w.told) {
			w.told, w.began = state, true
			return state, nil
		}
		select {
		case <-changed:
		case <-w.live.ended:
			return State{}, ErrEnded
		case <-ctx.Done():
			return State{}, ctx.Err()
		}
	}
}

func (w *Watch) look() (state State, known bool, changed <-chan struct{}) {
	w.live.mu.Lock()
	defer w.live.mu.Unlock()
	return w.link.state, w.link.known, w.link.changed
}
