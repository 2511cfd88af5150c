package conservation

import (
	"context"
	"time"

	"github.com/fingerpost/fingerpost/bench/program"
)

// strike is what happens at once: who is killed, and what the path does before.
type strike struct {
	edge, control bool
	harm          harm
}

// deck is one of each kind; they are dealt in random order. A batch is lost for
// good only if the edge dies before it is acknowledged, and counted double only if
// it is booked and not acknowledged: both must come up often.
func deck() []strike {
	return []strike{
		{edge: true}, {edge: true, harm: cut}, {edge: true, harm: silence}, {edge: true, harm: midway}, {edge: true, harm: noAnswer},
		{control: true}, {control: true, harm: silence}, {control: true, harm: noAnswer},
		{edge: true, control: true}, {edge: true, control: true, harm: silence},
	}
}

// trouble strikes until there were as many kills as was asked for, with the spells
// spread evenly between them, and leaves everything well.
func (r *run) trouble(ctx context.Context) error {
	var dealt []strike
	for spells := 0; r.kills() < r.o.Kills || spells < r.o.Spells; {
		if spells < r.o.Spells && r.kills()*(r.o.Spells+1) >= r.o.Kills*(spells+1) {
			if err := r.withoutRoom(ctx, spells); err != nil {
				return err
			}
			spells++
			continue
		}
		if len(dealt) == 0 {
			dealt = deck()
			r.random.Shuffle(len(dealt), func(i, j int) { dealt[i], dealt[j] = dealt[j], dealt[i] })
		}
		if err := r.strike(ctx, dealt[0]); err != nil {
			return err
		}
		dealt = dealt[1:]
	}
	return r.heal(ctx)
}

func (r *run) kills() int { return r.result.EdgeKills + r.result.ControlKills }

// strike harms the path, kills at some moment after, and starts again what it
// killed.
func (r *run) strike(ctx context.Context, s strike) error {
	if s.harm != none {
		r.result.Cuts++
	}
	if err := r.system.path.harm(s.harm, r.random); err != nil {
		return err
	}
	if err := r.moment(ctx, 500*time.Millisecond); err != nil {
		return err
	}
	if err := r.kill(ctx, s); err != nil {
		return err
	}
	var killed []*program.Program
	if s.control {
		killed = append(killed, r.system.control)
	}
	if s.edge {
		killed = append(killed, r.system.edge)
	}
	for _, p := range killed {
		if err := p.Start(); err != nil {
			return err
		}
	}
	if err := r.system.path.mend(ctx); err != nil {
		return err
	}
	if r.random.IntN(4) == 0 {
		return nil // the next strike may meet them while they start
	}
	for _, p := range killed {
		if err := p.Ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// kill kills; if both, the edge goes on alone for a moment.
func (r *run) kill(ctx context.Context, s strike) error {
	if s.control {
		r.system.control.Kill()
		r.result.ControlKills++
		if err := r.moment(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
	if !s.edge {
		return nil
	}
	r.listen(ctx)
	r.system.edge.Kill()
	r.crowd.lives.Add(1)
	r.excused = 0
	r.result.EdgeKills++
	return r.moment(ctx, 150*time.Millisecond)
}

// listen notes what the edge says of its life before it is killed. One that is not
// up yet says nothing.
func (r *run) listen(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if g, err := r.system.gauges(ctx); err == nil {
		r.result.Damaged += g.damaged
		r.result.Conflicts += g.conflicts
		r.result.Crowded += g.lost - r.excused
	}
}

// heal waits until everything is up and connected.
func (r *run) heal(ctx context.Context) error {
	if err := r.system.path.mend(ctx); err != nil {
		return err
	}
	if err := r.system.control.Ready(ctx); err != nil {
		return err
	}
	return r.system.edge.Ready(ctx)
}

// moment waits for a random time.
func (r *run) moment(ctx context.Context, most time.Duration) error {
	return sleep(ctx, time.Duration(r.random.Int64N(int64(most))))
}
