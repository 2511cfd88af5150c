package server

import (
	"errors"
	"fmt"
	"net"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/sync/crowd"
)

// usualConnections are more than a balancer or a fleet of edges has.
const usualConnections = 10_000

// connections is how many each of two ports may have, if this process may open so
// many files (0: not known): a third for each, and one for everything else.
func connections(asked int, files uint64) (int, error) {
	most := usualConnections
	if files > 0 && files/3 < usualConnections {
		most = max(1, int(files/3))
	}
	switch {
	case asked < 0:
		return 0, errors.New("is negative")
	case asked == 0:
		return most, nil
	case files > 0 && uint64(asked) > files/3:
		return 0, fmt.Errorf("this process may open %d files, and each of two ports may have a third of them for connections", files)
	}
	return asked, nil
}

// limit bounds the connections of the API, and shows how many there are.
func (s *Server) limit(l net.Listener) (*crowd.Listener, error) {
	limited := crowd.Limit(l, s.MaxConnections)
	open := func(port string, count func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "fingerpost_control_connections", ConstLabels: prometheus.Labels{"port": port}, Help: "Open connections.",
		}, func() float64 { return float64(count()) })
	}
	shed := prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "fingerpost_control_connections_shed_total", Help: "Connections to the API without a request that were closed to make room for others.",
	}, func() float64 { return float64(limited.Shed()) })
	return limited, errors.Join(s.Registry.Register(open("api", limited.Open)), s.Registry.Register(open("rpc", s.rpc.Connections)), s.Registry.Register(shed))
}
