package clicks

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	shipped, lost, conflicts atomic.Uint64

	recordedDesc, shippedDesc, lostDesc, conflictsDesc, syncErrorsDesc, bytesDesc, diskDesc, ageDesc *prometheus.Desc
}

func newMetrics() *metrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("fingerpost_edge_"+name, help, labels, nil)
	}
	return &metrics{
		recordedDesc:   desc("clicks_recorded_total", "Clicks kept in the spool."),
		shippedDesc:    desc("clicks_shipped_total", "Clicks that a control plane acknowledged."),
		lostDesc:       desc("clicks_lost_total", "Clicks lost by reason: full (no room in the spool), damaged (records, or ends of files, that could not be read).", "reason"),
		conflictsDesc:  desc("spool_conflicts_total", "Epochs set aside because the control plane has other clicks under their numbers: a copied data folder, or two edges of one id."),
		syncErrorsDesc: desc("spool_sync_errors_total", "Failures to make clicks survive a power failure; what they concern is shipped all the same."),
		bytesDesc:      desc("spool_bytes", "Bytes of clicks that wait to be shipped."),
		diskDesc:       desc("spool_disk_bytes", "Bytes that the spool's files take; --spool-bytes bounds them."),
		ageDesc:        desc("spool_age_seconds", "How long ago all clicks were last known to be shipped."),
	}
}

// Describe implements prometheus.Collector.
func (r *Recorder) Describe(ch chan<- *prometheus.Desc) {
	m := r.metrics
	for _, d := range []*prometheus.Desc{m.recordedDesc, m.shippedDesc, m.lostDesc, m.conflictsDesc, m.syncErrorsDesc, m.bytesDesc, m.diskDesc, m.ageDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (r *Recorder) Collect(ch chan<- prometheus.Metric) {
	m := r.metrics
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	gauge := func(d *prometheus.Desc, value float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	count(m.recordedDesc, r.spool.Appended())
	count(m.shippedDesc, m.shipped.Load())
	count(m.lostDesc, m.lost.Load(), "full")
	count(m.lostDesc, r.spool.Damaged(), "damaged")
	count(m.conflictsDesc, m.conflicts.Load())
	count(m.syncErrorsDesc, r.spool.SyncErrors())
	gauge(m.bytesDesc, float64(r.Waiting()))
	gauge(m.diskDesc, float64(r.spool.Used()))
	gauge(m.ageDesc, float64(r.options.Now().UnixMilli()-r.caught.Load())/1000)
}
