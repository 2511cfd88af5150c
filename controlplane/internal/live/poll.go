package live

import (
	"context"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
)

// askWithin bounds a question to the database.
const askWithin = 2 * time.Second

// run asks the database once in a while for as long as somebody watches.
func (l *Live) run(ctx context.Context) {
	ticker := time.NewTicker(l.options.Every)
	defer ticker.Stop()
	for failing := false; ; {
		keys := l.keys()
		if len(keys) == 0 {
			select {
			case <-l.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		err := l.poll(ctx, keys)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			l.options.Logger.Warn("clicks cannot be counted for those who watch; trying on", "error", err)
		case err == nil && failing:
			l.options.Logger.Info("clicks are counted again for those who watch")
		}
		failing = err != nil
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (l *Live) keys() []link.Key {
	l.mu.Lock()
	defer l.mu.Unlock()
	keys := make([]link.Key, 0, len(l.links))
	for key := range l.links {
		keys = append(keys, key)
	}
	return keys
}

// poll asks once, and tells what changed.
func (l *Live) poll(ctx context.Context, keys []link.Key) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	minute := l.options.Now().Unix() / 60
	counts, err := l.options.Clicks.Count(ctx, keys)
	if err != nil {
		return err
	}
	lately, err := l.options.Clicks.CountSince(ctx, keys, minute)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		of := l.links[key]
		if of == nil {
			continue // nobody watches any more
		}
		state := State{Counted: counts[key], Minute: minute, Lately: lately[key]}
		if of.known && of.state == state {
			continue
		}
		of.state, of.known = state, true
		close(of.changed)
		of.changed = make(chan struct{})
	}
	return nil
}
