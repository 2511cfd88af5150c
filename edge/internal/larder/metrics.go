package larder

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	found, absent, skipped                  atomic.Uint64
	written, evicted, damaged, errors, late atomic.Uint64

	complained time.Time // owned by the writing goroutine
}

// Collectors are the larder's metrics.
func (l *Larder) Collectors() []prometheus.Collector {
	const prefix = "fingerpost_edge_larder_"
	m := &l.metrics
	counter := func(name, help string, labels prometheus.Labels, n func() uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: prefix + name, Help: help, ConstLabels: labels},
			func() float64 { return float64(n()) })
	}
	reads := func(result string, n *atomic.Uint64) prometheus.Collector {
		return counter("reads_total", "Lookups that memory and control plane could not answer, by result: found, absent, skipped (the disk was too busy).",
			prometheus.Labels{"result": result}, n.Load)
	}
	return []prometheus.Collector{
		reads("found", &m.found), reads("absent", &m.absent), reads("skipped", &m.skipped),
		counter("written_total", "Links carried to the disk.", nil, m.written.Load),
		counter("evicted_total", "Links that gave way to others on a full page.", nil, m.evicted.Load),
		counter("damaged_total", "Pages read that were damaged in part.", nil, m.damaged.Load),
		counter("errors_total", "Reads, writes, syncs and locks that failed.", nil, m.errors.Load),
		counter("late_total", "Changes that were shown before they had reached the kernel, because the disk was slow.", nil, m.late.Load),
		counter("lost_total", "Links not carried to the disk, because too many were waiting or a write failed; their pages were cleared.", nil,
			func() uint64 { _, lost, _ := l.desk.state(); return lost }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: prefix + "pending", Help: "Links that wait for the disk."},
			func() float64 { waiting, _, _ := l.desk.state(); return float64(waiting) }),
	}
}
