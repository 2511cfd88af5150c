package node

import (
	"context"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/events"
)

const (
	// eventCursor is the cursor in the spool that events are read by.
	eventCursor = "events"
	// eventTime is how long sending the last events may take when the node stops.
	eventTime = 500 * time.Millisecond
)

// startEvents tells Kafka of every click, if there is one.
func (n *Node) startEvents(recorder *clicks.Recorder, visits events.Describer) error {
	c := &n.options.Clicks
	if len(c.Kafka) == 0 {
		return nil
	}
	sender, err := events.New(events.Options{
		Edge: n.options.ID, Source: recorder.Cursor(eventCursor), Describer: visits, Brokers: c.Kafka, Topic: c.KafkaTopic,
		TLS: c.KafkaTLS, User: c.KafkaUser, Password: c.KafkaPassword, Mechanism: c.KafkaLogin,
		MaxWaiting: recorder.Room() / 2, Logger: n.options.Logger,
	})
	if err != nil {
		return setting("Kafka", err)
	}
	sender.Start()
	n.onStop("events", func(ctx context.Context) error {
		// A Kafka that is away must leave time to ship the clicks.
		ctx, cancel := part(ctx, eventTime)
		defer cancel()
		return sender.Stop(ctx)
	})
	return n.register(sender)
}
