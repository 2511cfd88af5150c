package clicks

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	recorded                        atomic.Uint64
	_                               [120]byte // the handlers' counter has its cache line for itself
	shipped, lostRows, lostStopping atomic.Uint64

	recordedDesc, shippedDesc, lostDesc *prometheus.Desc
}

func newMetrics() *metrics {
	return &metrics{
		recordedDesc: prometheus.NewDesc("fingerpost_edge_clicks_recorded_total", "Clicks counted.", nil, nil),
		shippedDesc:  prometheus.NewDesc("fingerpost_edge_clicks_shipped_total", "Clicks that a control plane acknowledged.", nil, nil),
		lostDesc: prometheus.NewDesc("fingerpost_edge_clicks_lost_total",
			"Clicks lost by reason: memory (too many links while no control plane answered), stopping (not acknowledged at the end).",
			[]string{"reason"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (r *Recorder) Describe(ch chan<- *prometheus.Desc) {
	ch <- r.metrics.recordedDesc
	ch <- r.metrics.shippedDesc
	ch <- r.metrics.lostDesc
}

// Collect implements prometheus.Collector.
func (r *Recorder) Collect(ch chan<- prometheus.Metric) {
	m := r.metrics
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	count(m.recordedDesc, m.recorded.Load())
	count(m.shippedDesc, m.shipped.Load())
	count(m.lostDesc, m.lostRows.Load(), "memory")
	count(m.lostDesc, m.lostStopping.Load(), "stopping")
}
