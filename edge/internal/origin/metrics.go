package origin

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts questions by how they ended.
type metrics struct {
	fills                                           *prometheus.Desc
	found, absent, refused, overtaken, failed, kept atomic.Uint64
}

func newMetrics() *metrics {
	return &metrics{fills: prometheus.NewDesc("fingerpost_edge_fills_total",
		"Questions to the control plane by result: found, absent, refused (a record that must not be served), "+
			"overtaken (by a change; asked again), larder (nobody answered, an older answer was on disk), failed.", []string{"result"}, nil)}
}

// Describe implements prometheus.Collector.
func (o *Origin) Describe(ch chan<- *prometheus.Desc) { ch <- o.metrics.fills }

// Collect implements prometheus.Collector.
func (o *Origin) Collect(ch chan<- prometheus.Metric) {
	m := o.metrics
	for result, n := range map[string]*atomic.Uint64{
		"found": &m.found, "absent": &m.absent, "refused": &m.refused, "overtaken": &m.overtaken, "failed": &m.failed,
		"larder": &m.kept,
	} {
		ch <- prometheus.MustNewConstMetric(m.fills, prometheus.CounterValue, float64(n.Load()), result)
	}
}
