// Package ops is the port that operators look at: /healthz (the process
// answers), /readyz (it should get traffic), /metrics (Prometheus) and
// /debug/pprof. It is a listener of its own and never shares the public one.
package ops
