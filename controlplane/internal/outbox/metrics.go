package outbox

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	pending prometheus.Gauge
	publish prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) (metrics, error) {
	m := metrics{
		pending: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "fingerpost_control_outbox_pending",
			Help: "Changes in the outbox at the last sweep, of all replicas; counted up to 100,000.",
		}),
		publish: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "fingerpost_control_outbox_publish_seconds",
			Help:    "Time from the commit of a change until the feed has it.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60, 300},
		}),
	}
	return m, errors.Join(r.Register(m.pending), r.Register(m.publish))
}
