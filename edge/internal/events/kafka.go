package events

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// kafka sends events.
type kafka struct{ client *kgo.Client }

// newKafka connects to nobody yet.
func newKafka(o Options) (*kafka, error) {
	options := []kgo.Opt{
		kgo.SeedBrokers(o.Brokers...),
		kgo.ClientID("fingerpost-edge"),
		kgo.DefaultProduceTopic(o.Topic),
		kgo.MaxBufferedRecords(2 * batchEvents),
		kgo.RetryBackoffFn(func(int) time.Duration { return o.Pause }),
		// A partition whose broker failed waits for news of where it is now.
		kgo.MetadataMinAge(max(o.Pause, 10*time.Millisecond)),
		// An attempt must end. What it may have sent is sent again, under the same ids.
		kgo.AllowIdempotentProduceCancellation(),
	}
	if o.TLS != nil {
		options = append(options, kgo.DialTLSConfig(o.TLS))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, fmt.Errorf("setting up Kafka: %w", err)
	}
	return &kafka{client}, nil
}

// send returns when all brokers that must have the events have them. After an
// error some may be there.
func (k *kafka) send(ctx context.Context, events []Event) error {
	records := make([]*kgo.Record, len(events))
	for i := range events {
		value, err := json.Marshal(&events[i])
		if err != nil {
			return fmt.Errorf("encoding event: %w", err)
		}
		records[i] = &kgo.Record{Key: []byte(events[i].Domain + "/" + events[i].Code), Value: value}
	}
	if err := k.client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return fmt.Errorf("sending events: %w", err)
	}
	return nil
}
