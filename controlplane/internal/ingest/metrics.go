package ingest

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts batches by what became of them, and measures bookings.
type metrics struct {
	booked, duplicate, conflict, invalid, busy, failed, rivals prometheus.Counter
	bookingSeconds, bookingBatches                             prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) (metrics, error) {
	batches := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "fingerpost_control_batches_ingested_total",
		Help: "Batches of clicks from edges: booked, duplicate (booked before), conflict (not booked: the number is another batch's), invalid (refused for good), busy (refused because too many wait) and failed, both to be sent again.",
	}, []string{"result"})
	m := metrics{
		booked:    batches.WithLabelValues("booked"),
		duplicate: batches.WithLabelValues("duplicate"),
		conflict:  batches.WithLabelValues("conflict"),
		invalid:   batches.WithLabelValues("invalid"),
		busy:      batches.WithLabelValues("busy"),
		failed:    batches.WithLabelValues("failed"),
		rivals: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "fingerpost_control_edge_conflicts_total",
			Help: "How often two processes were found to ship clicks under one edge's name; once an hour for each name.",
		}),
		bookingSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "fingerpost_control_booking_seconds",
			Help:    "What a transaction took that books clicks.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}),
		bookingBatches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "fingerpost_control_booking_batches",
			Help:    "How many batches shared a transaction that books clicks.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 8),
		}),
	}
	for _, c := range []prometheus.Collector{batches, m.rivals, m.bookingSeconds, m.bookingBatches} {
		if err := r.Register(c); err != nil {
			return metrics{}, fmt.Errorf("ingest: %w", err)
		}
	}
	return m, nil
}

// of gives the counter of batches that are to be sent again.
func (m *metrics) of(err error) prometheus.Counter {
	if errors.Is(err, ErrBusy) {
		return m.busy
	}
	return m.failed
}
