package conservation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/client"
)

// spellLinks are the links that are asked for while clicks may be lost.
const spellLinks = 10

// run is a run under way.
type run struct {
	o      *Options
	system *system
	random *rand.Rand
	daily  *set // links that lose nothing
	spell  *set // links that are asked for when the edge has no room
	crowd  *crowd
	result *Result
	// excused are clicks that the edge that lives has lost in spells.
	excused uint64
}

// Run runs it all. An error means that it could not be finished; what did not
// hold is in the result only.
func Run(ctx context.Context, o Options) (*Result, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	r := &run{o: &o, random: rand.New(rand.NewPCG(o.Seed, 1)), result: &Result{Started: time.Now().UTC(), Seed: o.Seed}}
	err := r.run(ctx)
	r.result.Seconds = time.Since(r.result.Started).Seconds()
	r.result.Held = err == nil && r.result.held()
	return r.result, err
}

func (r *run) run(ctx context.Context) (err error) {
	r.o.Logger.Info("starting a system")
	if r.system, err = newSystem(ctx, r.o); err != nil {
		return err
	}
	defer r.system.end()
	if err := r.prepare(ctx); err != nil {
		return err
	}
	r.crowd = newCrowd(r.system.addr, r.o.Clients, r.daily)
	defer r.crowd.stop()
	r.o.Logger.Info("asking for links", "kills", r.o.Kills, "spells without room", r.o.Spells)
	if err := r.trouble(ctx); err != nil {
		return err
	}
	for r.crowd.asked.Load() < r.o.Requests {
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	r.crowd.stop()
	r.o.Logger.Info("comparing counts")
	return r.settle(ctx)
}

// prepare creates the links.
func (r *run) prepare(ctx context.Context) (err error) {
	every := time.Duration(r.o.Clients) * time.Second / time.Duration(r.o.PerSecond)
	if r.daily, err = newSet(r.o.Links, every, "", r.o.Seed); err != nil {
		return err
	}
	if r.spell, err = newSet(spellLinks, 0, fat(), r.o.Seed); err != nil {
		return err
	}
	for _, s := range []*set{r.daily, r.spell} {
		wanted := make([]client.NewLink, len(s.links))
		for i := range wanted {
			wanted[i].LongURL = fmt.Sprintf("https://example.org/%d/%d?a=%%2F", len(s.links), i)
		}
		made, err := r.system.api.CreateAll(ctx, wanted)
		if err != nil {
			return fmt.Errorf("creating links: %w", err)
		}
		for i, item := range made {
			if item.URL == nil {
				return fmt.Errorf("creating links: %w", item.Problem)
			}
			s.links[i].code, s.links[i].target = item.URL.Code, wanted[i].LongURL
		}
	}
	return nil
}
