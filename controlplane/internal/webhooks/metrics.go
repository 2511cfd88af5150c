package webhooks

import "github.com/prometheus/client_golang/prometheus"

type metrics struct{ sent, failed, dead prometheus.Counter }

func newMetrics(r prometheus.Registerer) (metrics, error) {
	attempts := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "fingerpost_control_webhook_attempts_total",
		Help: "Attempts to send messages by outcome: sent, failed (will be tried again), dead (was the last).",
	}, []string{"result"})
	m := metrics{attempts.WithLabelValues("sent"), attempts.WithLabelValues("failed"), attempts.WithLabelValues("dead")}
	return m, r.Register(attempts)
}
