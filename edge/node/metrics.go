package node

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
)

func newCacheBytes(c *cache.Cache) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fingerpost_edge_cache_bytes",
		Help: "Memory that the hot mappings take, their overhead included.",
	}, func() float64 { return float64(c.Bytes()) })
}
