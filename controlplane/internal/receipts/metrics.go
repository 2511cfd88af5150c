package receipts

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct{ propagation, takedown prometheus.Histogram }

func newMetrics(r prometheus.Registerer) (metrics, error) {
	histogram := func(name, help string) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: name, Help: help,
			Buckets: []float64{.002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60},
		})
	}
	m := metrics{
		propagation: histogram("fingerpost_control_propagation_seconds", "From a change's commit here until every live edge has said that it applied it."),
		takedown:    histogram("fingerpost_control_takedown_seconds", "The same, for changes that end a link: disabled, blocked, deleted."),
	}
	return m, errors.Join(r.Register(m.propagation), r.Register(m.takedown))
}
