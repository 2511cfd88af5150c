package conservation

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	// spellWithin bounds how long a spool may take to become full, and to become
	// empty again.
	spellWithin = 2 * time.Minute
	// calm is for how long nothing may have been lost after a spell.
	calm = 500 * time.Millisecond
	// leastLost is how many clicks a spell loses at least.
	leastLost = 200
)

// withoutRoom keeps the control plane down until the edge's spool has no more
// room, or its disk, and clicks are lost. The edge is not killed meanwhile: it is
// what counts them.
func (r *run) withoutRoom(ctx context.Context, spell int) error {
	if err := r.heal(ctx); err != nil {
		return err
	}
	if err := r.known(ctx); err != nil {
		return err
	}
	before, err := r.system.gauges(ctx)
	if err != nil {
		return err
	}
	r.system.control.Kill()
	ballast := ""
	if r.o.Disk != "" && spell%2 == 0 {
		if ballast, err = fill(r.o.Disk); err != nil {
			return err
		}
		r.result.DiskSpells++
	} else {
		r.result.BoundSpells++
	}
	r.crowd.turnTo(r.spell)
	err = r.until(ctx, "no room for clicks", func(g gauges) bool { return g.lost >= before.lost+leastLost })
	r.crowd.turnTo(nil)
	if err != nil {
		return err
	}
	if err := r.recover(ctx, ballast); err != nil {
		return err
	}
	after, err := r.system.gauges(ctx)
	if err != nil {
		return err
	}
	r.result.SpellLost += after.lost - before.lost
	r.excused += after.lost - before.lost
	r.crowd.turnTo(r.daily)
	return nil
}

// known has the edge answer with every link of the spell, so that it needs no
// control plane for them, and lets nobody ask for anything then.
func (r *run) known(ctx context.Context) error {
	answered := make([]uint64, len(r.spell.links))
	for i := range answered {
		answered[i] = r.spell.links[i].received.Load()
	}
	ctx, cancel := context.WithTimeout(ctx, spellWithin)
	defer cancel()
	r.crowd.turnTo(r.spell)
	defer r.crowd.turnTo(nil)
	for i := range answered {
		for r.spell.links[i].received.Load() == answered[i] {
			if err := sleep(ctx, 10*time.Millisecond); err != nil {
				return fmt.Errorf("waiting for the edge to know all links: %w", err)
			}
		}
	}
	return nil
}

// recover makes room again, and waits until the edge has shipped everything and
// loses nothing any more, though it is asked as often as usual. Then nobody asks.
func (r *run) recover(ctx context.Context, ballast string) error {
	if ballast != "" {
		if err := os.Remove(ballast); err != nil {
			return fmt.Errorf("making room: %w", err)
		}
	}
	if err := r.system.control.Start(); err != nil {
		return err
	}
	if err := r.heal(ctx); err != nil {
		return err
	}
	if err := r.until(ctx, "an empty spool", func(g gauges) bool { return g.waiting == 0 }); err != nil {
		return err
	}
	gentle := *r.spell
	gentle.every = r.daily.every
	r.crowd.turnTo(&gentle)
	defer r.crowd.turnTo(nil)
	lost, since := uint64(0), time.Now()
	return r.until(ctx, "room for clicks", func(g gauges) bool {
		if g.lost != lost {
			lost, since = g.lost, time.Now()
		}
		return time.Since(since) > calm
	})
}

// until waits for what the edge says of its clicks.
func (r *run) until(ctx context.Context, what string, good func(gauges) bool) error {
	ctx, cancel := context.WithTimeout(ctx, spellWithin)
	defer cancel()
	for {
		g, err := r.system.gauges(ctx)
		if err == nil && good(g) {
			return nil
		}
		if sleep(ctx, 20*time.Millisecond) != nil {
			return fmt.Errorf("waiting for %s: the edge says %+v, %w", what, g, errors.Join(err, ctx.Err()))
		}
	}
}

// fill takes all that is left of a disk, and gives the file that does.
func fill(disk string) (ballast string, err error) {
	f, err := os.Create(filepath.Join(disk, "ballast"))
	if err != nil {
		return "", fmt.Errorf("filling the disk: %w", err)
	}
	defer f.Close()
	for piece := make([]byte, 1<<20); len(piece) > 0; {
		_, err := f.Write(piece)
		switch {
		case errors.Is(err, syscall.ENOSPC):
			piece = piece[:len(piece)/2]
		case err != nil:
			return "", fmt.Errorf("filling the disk: %w", err)
		}
	}
	return f.Name(), nil
}
