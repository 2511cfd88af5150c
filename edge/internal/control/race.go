package control

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// reply is what one control plane said.
type reply struct {
	at     uint32
	record *wire.Record
	err    error
}

// race asks one control plane after the other: the next one when the one before
// has failed, or is late. The first answer counts.
// When race returns, nothing of it is under way.
func (p *Pool) race(ctx context.Context, ask func(context.Context, *grpc.ClientConn) (*wire.Record, error)) (*wire.Record, error) {
	first, n := p.sticky.Load(), uint32(len(p.planes))
	replies := make(chan reply, n)
	ctx, cancel := context.WithCancel(ctx)
	asked, answered := uint32(0), uint32(0)
	defer func() {
		cancel()
		for ; answered < asked; answered++ {
			<-replies
		}
	}()
	next := func() {
		if asked < n {
			go p.ask(ctx, (first+asked)%n, ask, replies)
			asked++
		}
	}
	next()
	hedge := time.NewTicker(p.late(p.planes[first]))
	defer hedge.Stop()
	var errs []error
	for {
		select {
		case <-hedge.C:
			if asked < n {
				p.hedges.Add(1)
			}
			next()
		case r := <-replies:
			answered++
			if r.err == nil {
				p.stay(first, r.at)
				return r.record, nil
			}
			errs = append(errs, r.err)
			if ctx.Err() == nil {
				next()
			}
			if answered == asked {
				return nil, errors.Join(errs...)
			}
		}
	}
}

// late is how long to wait for a control plane before the next is asked as well:
// twice as long as its answers take, so that one which is far away is not asked
// in vain each time, but Options.Hedge at least.
func (p *Pool) late(first *plane) time.Duration {
	return max(p.options.Hedge, 2*time.Duration(first.usual.Load()))
}

func (p *Pool) ask(ctx context.Context, at uint32, ask func(context.Context, *grpc.ClientConn) (*wire.Record, error), to chan<- reply) {
	r := reply{at: at}
	r.err = p.planes[at].call(ctx, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		r.record, err = ask(ctx, conn)
		return err
	})
	to <- r
}
