package redirect

import (
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// counter stands alone in its cache lines, so that cores counting different
// things do not wait for each other.
type counter struct {
	atomic.Uint64
	_ [120]byte
}

type metrics struct {
	statuses             [600]atomic.Uint64 // answers, by status
	hits, misses, panics counter

	redirectsDesc, hitsDesc, missesDesc, panicsDesc *prometheus.Desc
}

func newMetrics() *metrics {
	return &metrics{
		redirectsDesc: prometheus.NewDesc("fingerpost_edge_redirects_total", "Requests answered, by status.", []string{"status"}, nil),
		hitsDesc:      prometheus.NewDesc("fingerpost_edge_cache_hits_total", "Lookups answered from memory, remembered absences included.", nil, nil),
		missesDesc:    prometheus.NewDesc("fingerpost_edge_cache_misses_total", "Lookups that had to ask the control plane.", nil, nil),
		panicsDesc:    prometheus.NewDesc("fingerpost_edge_panics_total", "Requests whose handling panicked; answered with 500.", nil, nil),
	}
}

// answered counts an answer. Hot path: 0 allocs.
func (m *metrics) answered(status int) {
	if status < len(m.statuses) {
		m.statuses[status].Add(1)
	}
}

// Describe implements prometheus.Collector.
func (h *Handler) Describe(ch chan<- *prometheus.Desc) {
	m := h.metrics
	ch <- m.redirectsDesc
	ch <- m.hitsDesc
	ch <- m.missesDesc
	ch <- m.panicsDesc
}

// Collect implements prometheus.Collector.
func (h *Handler) Collect(ch chan<- prometheus.Metric) {
	m := h.metrics
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	for status := range m.statuses {
		if n := m.statuses[status].Load(); n > 0 {
			count(m.redirectsDesc, n, strconv.Itoa(status))
		}
	}
	count(m.hitsDesc, m.hits.Load())
	count(m.missesDesc, m.misses.Load())
	count(m.panicsDesc, m.panics.Load())
}
