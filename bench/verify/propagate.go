package verify

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fingerpost/fingerpost/bench/hist"
	"github.com/fingerpost/fingerpost/bench/workload"
)

// linger is how long all edges are watched after the last has followed.
const linger = 20 * time.Millisecond

// PropagationResult is how changes reached the edges.
type PropagationResult struct {
	Changes int `json:"changes"`
	// FromAnswer is the time from the API's answer to the first request to an
	// edge that was answered with the change; zero if that came first.
	// FromSending is the time from sending the change. Every edge and change
	// counts once.
	FromAnswer  hist.Summary `json:"from_answer"`
	FromSending hist.Summary `json:"from_sending"`
	// Missed are edges that did not follow in time.
	Missed Faults `json:"missed"`
	// Back are answers with the old target from an edge that had shown the new.
	Back Faults `json:"back"`
	// Wrong are answers that are neither.
	Wrong Faults `json:"wrong"`
	// Unanswered are requests whose answer never arrived, or was 503 with Retry-After.
	Unanswered Faults `json:"unanswered"`
}

// propagation changes one link after the other while a watcher per edge looks
// on.
type propagation struct {
	v           *Verifier
	result      *PropagationResult
	watchers    []*watcher
	fromAnswer  *hist.Histogram
	fromSending *hist.Histogram
	refused     atomic.Uint64
}

func (v *Verifier) propagate(ctx context.Context) (*PropagationResult, error) {
	p := &propagation{v: v, result: &PropagationResult{}, fromAnswer: hist.New(), fromSending: hist.New()}
	for _, addr := range v.addrs {
		w := &watcher{addr: addr, result: p.result}
		defer w.close()
		p.watchers = append(p.watchers, w)
	}
	err := p.run(ctx)
	v.last = time.Now()
	p.result.FromAnswer, p.result.FromSending = p.fromAnswer.Summary(), p.fromSending.Summary()
	return p.result, err
}

// run takes links from all over the popularity curve, changes each, and looks
// at all of them once more at the end.
func (p *propagation) run(ctx context.Context) error {
	n, links := p.v.options.Changes, p.v.links
	for k := range n {
		e := &links[k*len(links)/n]
		if err := p.change(ctx, e, workload.Variant(e.target, "changed-"+strconv.Itoa(k))); err != nil {
			return err
		}
		p.result.Changes++
	}
	for k := range n {
		e := &links[k*len(links)/n]
		for _, w := range p.watchers {
			if err := w.look(ctx, e, e.target); err != nil {
				return err
			}
		}
	}
	return nil
}

// change retargets one link and times every edge.
func (p *propagation) change(ctx context.Context, e *entry, target string) error {
	for _, w := range p.watchers { // the change is then to a link that edges hold
		if err := w.look(ctx, e, e.target); err != nil {
			return err
		}
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	group, watching := errgroup.WithContext(watching)
	sightings := make([]chan time.Time, len(p.watchers))
	for i, w := range p.watchers {
		sightings[i] = make(chan time.Time, 1)
		group.Go(func() error { return w.follow(watching, e, e.target, target, sightings[i]) })
	}
	var sent time.Time
	err := patiently(ctx, &p.refused, func() error {
		sent = time.Now()
		return p.v.api.retarget(ctx, e, target)
	})
	if err == nil {
		p.await(watching, e, sent, time.Now(), sightings)
		err = pause(ctx, linger)
	}
	stop()
	if failed := group.Wait(); err == nil {
		err = failed
	}
	e.target = target
	if err != nil {
		return fmt.Errorf("changing %s: %w", e.code, err)
	}
	return nil
}

// await records when each edge was first seen to answer with the change.
func (p *propagation) await(ctx context.Context, e *entry, sent, answered time.Time, sightings []chan time.Time) {
	limit := time.NewTimer(p.v.options.Follow)
	defer limit.Stop()
	expired := false
	for i, sighting := range sightings {
		if !expired {
			select {
			case <-limit.C:
				expired = true
			case <-ctx.Done():
				return
			case at := <-sighting:
				p.fromAnswer.Record(at.Sub(answered))
				p.fromSending.Record(at.Sub(sent))
				continue
			}
		}
		p.result.Missed.add(fmt.Sprintf("%s: %s has not followed after %v", e.code, p.watchers[i].addr, p.v.options.Follow))
	}
}
