package conservation

import (
	"context"
	"time"
)

// trouble kills and cuts as often as was asked for, with the spells spread evenly
// between the kills, and leaves everything well.
func (r *run) trouble(ctx context.Context) error {
	spells := 0
	for kills := 0; kills < r.o.Kills || spells < r.o.Spells; {
		if spells < r.o.Spells && kills*(r.o.Spells+1) >= r.o.Kills*(spells+1) {
			if err := r.withoutRoom(ctx, spells); err != nil {
				return err
			}
			spells++
			continue
		}
		victim, killed := r.system.control, &r.result.ControlKills
		if r.random.IntN(2) == 0 {
			victim, killed = r.system.edge, &r.result.EdgeKills
		}
		if err := r.strike(ctx, victim); err != nil {
			return err
		}
		*killed++
		kills++
	}
	return r.heal(ctx)
}

// strike kills a process at some moment, in every third case while the path
// between the two is harmed, and starts it again.
func (r *run) strike(ctx context.Context, victim *program) error {
	harmed := r.random.IntN(3) == 0
	if harmed {
		r.result.Cuts++
		if err := r.system.path.harm(r.random); err != nil {
			return err
		}
	}
	if err := r.moment(ctx, 400*time.Millisecond); err != nil {
		return err
	}
	if victim == r.system.edge {
		r.listen(ctx)
	}
	victim.kill()
	if victim == r.system.edge {
		r.crowd.lives.Add(1)
	}
	if err := r.moment(ctx, 150*time.Millisecond); err != nil {
		return err
	}
	if err := victim.start(); err != nil {
		return err
	}
	if harmed {
		if err := r.system.path.mend(ctx); err != nil {
			return err
		}
	}
	if r.random.IntN(4) == 0 {
		return nil // the next one may meet it while it starts
	}
	return victim.ready(ctx)
}

// listen notes what the edge says of damage before it is killed. One that is not
// up yet says nothing.
func (r *run) listen(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if g, err := r.system.gauges(ctx); err == nil {
		r.result.Damaged += g.damaged
		r.result.Conflicts += g.conflicts
	}
}

// heal waits until everything is up and connected.
func (r *run) heal(ctx context.Context) error {
	if err := r.system.path.mend(ctx); err != nil {
		return err
	}
	if err := r.system.control.ready(ctx); err != nil {
		return err
	}
	return r.system.edge.ready(ctx)
}

// moment waits for a random time.
func (r *run) moment(ctx context.Context, most time.Duration) error {
	return sleep(ctx, time.Duration(r.random.Int64N(int64(most))))
}
