package admission

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct{ closed, full, late prometheus.Counter }

func newMetrics(o Options, g *Gate) (metrics, error) {
	labels := prometheus.Labels{"gate": o.Name}
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "fingerpost_control_refused_total", ConstLabels: labels,
		Help: "Requests that were refused in front of the database: it does not answer, the queue is full, or a slot came too late.",
	}, []string{"reason"})
	inside := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fingerpost_control_admitted", ConstLabels: labels, Help: "Requests that are let in at this moment.",
	}, func() float64 { return float64(len(g.slots)) })
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fingerpost_control_waiting", ConstLabels: labels, Help: "Requests that wait to be let in.",
	}, func() float64 { return float64(g.waiting.Load()) })
	m := metrics{closed: refused.WithLabelValues("closed"), full: refused.WithLabelValues("full"), late: refused.WithLabelValues("late")}
	r := o.Registerer
	return m, errors.Join(r.Register(refused), r.Register(inside), r.Register(waiting))
}
