package events

import (
	"context"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
)

// batchEvents bounds a batch: some two megabytes.
const batchEvents = 5000

// Sender takes clicks out of the spool to Kafka, from Start until Stop.
type Sender struct {
	options Options
	kafka   *kafka
	metrics *metrics
	failing bool // the loop's; it was said that events cannot be sent

	cancel context.CancelFunc
	ending chan struct{} // closed: what is there is sent, then the loop ends
	loop   sync.WaitGroup
}

// New checks the options. It does not wait for Kafka.
func New(o Options) (*Sender, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	k, err := newKafka(o)
	if err != nil {
		return nil, err
	}
	return &Sender{options: o, kafka: k, metrics: newMetrics(), ending: make(chan struct{})}, nil
}

// Start begins to send.
func (s *Sender) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.loop.Go(func() { s.run(ctx) })
}

// Stop sends what waits, if Kafka takes it before ctx ends. The rest stays in the
// spool, for the next process. It may be called without Start.
func (s *Sender) Stop(ctx context.Context) error {
	close(s.ending)
	if s.cancel != nil {
		stop := context.AfterFunc(ctx, s.cancel)
		s.loop.Wait()
		stop()
		s.cancel()
	}
	s.kafka.client.Close()
	return nil
}

func (s *Sender) run(ctx context.Context) {
	for ctx.Err() == nil {
		pause := s.options.Interval
		more, err := s.once(ctx)
		switch {
		case err != nil:
			pause = s.options.Pause
			s.complain(ctx, err)
		case more:
			continue
		}
		select {
		case <-time.After(pause):
		case <-s.ending:
			return
		case <-ctx.Done():
		}
	}
}

// complain says once that events cannot be sent.
func (s *Sender) complain(ctx context.Context, err error) {
	if s.failing || ctx.Err() != nil {
		return
	}
	s.failing = true
	s.options.Logger.Error("clicks cannot be sent as events; they wait in the spool", "error", err)
}

func (s *Sender) relieve() {
	if s.failing {
		s.failing = false
		s.options.Logger.Info("clicks are sent as events again")
	}
}

// once deals with a batch, and says whether there was one.
func (s *Sender) once(ctx context.Context) (more bool, err error) {
	var events []Event
	batch, ok, err := s.options.Source.Next(func(r *spool.Record) bool {
		events = append(events, describe(r, s.options.Describer))
		return len(events) < batchEvents
	})
	if err != nil || !ok {
		return false, err
	}
	if s.options.Source.Waiting() > s.options.MaxWaiting {
		s.metrics.lost.Add(uint64(len(events)))
		return true, s.options.Source.Done()
	}
	for i := range events {
		events[i].number(s.options.Edge, &batch, i)
	}
	attempt, cancel := context.WithTimeout(ctx, s.options.Attempt)
	defer cancel()
	if err := s.kafka.send(attempt, events); err != nil {
		return false, err
	}
	s.relieve()
	s.metrics.sent.Add(uint64(len(events)))
	return true, s.options.Source.Done()
}
