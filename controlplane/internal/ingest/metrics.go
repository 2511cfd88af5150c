package ingest

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts batches by what became of them.
type metrics struct {
	booked, duplicate, invalid, failed prometheus.Counter
}

func newMetrics(r prometheus.Registerer) (metrics, error) {
	batches := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "fingerpost_control_batches_ingested_total",
		Help: "Batches of clicks from edges: booked, duplicate (booked before), invalid (refused for good), failed (to be sent again).",
	}, []string{"result"})
	if err := r.Register(batches); err != nil {
		return metrics{}, fmt.Errorf("ingest: %w", err)
	}
	return metrics{
		booked:    batches.WithLabelValues("booked"),
		duplicate: batches.WithLabelValues("duplicate"),
		invalid:   batches.WithLabelValues("invalid"),
		failed:    batches.WithLabelValues("failed"),
	}, nil
}
