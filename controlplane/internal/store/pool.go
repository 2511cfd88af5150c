package store

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Collectors tell the state of the pools: connections open, in use and idle, and
// how many callers waited for one, and for how long (go_sql_…).
func (s *Store) Collectors() []prometheus.Collector {
	if s.read == s.write {
		return []prometheus.Collector{collectors.NewDBStatsCollector(s.write, "main")}
	}
	return []prometheus.Collector{
		collectors.NewDBStatsCollector(s.write, "write"), collectors.NewDBStatsCollector(s.read, "read"),
	}
}
