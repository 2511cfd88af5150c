package node

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
)

func cacheMetrics(c *cache.Cache) []prometheus.Collector {
	gauge := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "fingerpost_edge_cache_" + name, Help: help},
			func() float64 { return float64(value()) })
	}
	return []prometheus.Collector{
		gauge("bytes", "Memory that the hot mappings take, their overhead included.", c.Bytes),
		gauge("mappings", "Mappings in memory.", c.Mappings),
	}
}
