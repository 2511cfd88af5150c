package events

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	sent, lost                      atomic.Uint64
	sentDesc, lostDesc, waitingDesc *prometheus.Desc
}

func newMetrics() *metrics {
	return &metrics{
		sentDesc: prometheus.NewDesc("fingerpost_edge_events_sent_total", "Clicks that Kafka acknowledged as events.", nil, nil),
		lostDesc: prometheus.NewDesc("fingerpost_edge_events_lost_total",
			"Clicks of which Kafka was not told: they had taken half of the spool. They are counted all the same.", nil, nil),
		waitingDesc: prometheus.NewDesc("fingerpost_edge_events_waiting_bytes", "Bytes of the spool that wait for Kafka.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (s *Sender) Describe(ch chan<- *prometheus.Desc) {
	ch <- s.metrics.sentDesc
	ch <- s.metrics.lostDesc
	ch <- s.metrics.waitingDesc
}

// Collect implements prometheus.Collector.
func (s *Sender) Collect(ch chan<- prometheus.Metric) {
	m := s.metrics
	ch <- prometheus.MustNewConstMetric(m.sentDesc, prometheus.CounterValue, float64(m.sent.Load()))
	ch <- prometheus.MustNewConstMetric(m.lostDesc, prometheus.CounterValue, float64(m.lost.Load()))
	ch <- prometheus.MustNewConstMetric(m.waitingDesc, prometheus.GaugeValue, float64(s.options.Source.Waiting()))
}
