package events

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
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
	if o.User != "" {
		options = append(options, kgo.SASL(login(&o)))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, fmt.Errorf("setting up Kafka: %w", err)
	}
	return &kafka{client}, nil
}

// Ways to log in.
const (
	loginPlain  = "PLAIN"
	loginSHA256 = "SCRAM-SHA-256"
	loginSHA512 = "SCRAM-SHA-512"
)

func login(o *Options) sasl.Mechanism {
	auth := scram.Auth{User: o.User, Pass: o.Password}
	switch o.Mechanism {
	case loginPlain:
		return plain.Auth{User: o.User, Pass: o.Password}.AsMechanism()
	case loginSHA256:
		return auth.AsSha256Mechanism()
	}
	return auth.AsSha512Mechanism()
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
