package control

import "github.com/prometheus/client_golang/prometheus"

// Collectors are the pool's metrics.
func (p *Pool) Collectors() []prometheus.Collector {
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "fingerpost_edge_control_resting",
			Help: "Control planes that are left alone because they failed.",
		}, func() (n float64) {
			for _, plane := range p.planes {
				if plane.resting() {
					n++
				}
			}
			return n
		}),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "fingerpost_edge_hedges_total",
			Help: "Questions that went to another control plane as well, because one was slow.",
		}, func() float64 { return float64(p.hedges.Load()) }),
	}
}
