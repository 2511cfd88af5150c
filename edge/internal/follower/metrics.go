package follower

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	malformed atomic.Uint64
	apply     prometheus.Histogram

	revisionDesc, stalenessDesc, attachedDesc, malformedDesc *prometheus.Desc
}

func newMetrics() *metrics {
	return &metrics{
		apply: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "fingerpost_edge_feed_apply_seconds",
			Help:    "From a change's commit until this edge has applied it.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}),
		revisionDesc:  prometheus.NewDesc("fingerpost_edge_feed_revision", "The feed's newest revision that is applied.", nil, nil),
		stalenessDesc: prometheus.NewDesc("fingerpost_edge_feed_staleness_seconds", "How old this edge's view may be; absent before the feed confirmed anything.", nil, nil),
		attachedDesc:  prometheus.NewDesc("fingerpost_edge_feed_attached", "1 while the feed confirms within 2 s that nothing was missed.", nil, nil),
		malformedDesc: prometheus.NewDesc("fingerpost_edge_feed_malformed_total", "Values in the feed that could not be used.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (f *Follower) Describe(ch chan<- *prometheus.Desc) {
	m := f.metrics
	ch <- m.revisionDesc
	ch <- m.stalenessDesc
	ch <- m.attachedDesc
	ch <- m.malformedDesc
	m.apply.Describe(ch)
}

// Collect implements prometheus.Collector.
func (f *Follower) Collect(ch chan<- prometheus.Metric) {
	m := f.metrics
	gauge := func(d *prometheus.Desc, v float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
	gauge(m.revisionDesc, float64(f.Revision()))
	if age, ok := f.Staleness(); ok {
		gauge(m.stalenessDesc, age.Seconds())
	}
	attached := 0.0
	if f.Ready() == nil {
		attached = 1
	}
	gauge(m.attachedDesc, attached)
	ch <- prometheus.MustNewConstMetric(m.malformedDesc, prometheus.CounterValue, float64(m.malformed.Load()))
	m.apply.Collect(ch)
}
