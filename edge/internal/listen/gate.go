package listen

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Limits of a Gate.
type Limits struct {
	// Connections at the same time. Default 32,768.
	Connections int
	// PerAddress bounds them for one IPv4 address or IPv6 /64 network. Default
	// half of Connections, so that nobody can take all.
	PerAddress int
}

// Gate counts connections and bounds them.
type Gate struct {
	limits Limits

	mu      sync.Mutex
	total   int                // guarded by mu
	holders map[netip.Addr]int // guarded by mu; only those with connections
	inside  map[*conn]struct{} // guarded by mu

	ended bool // whether EndReading was called; guarded by mu

	refusedTotal, refusedAddress  atomic.Uint64
	connectionsDesc, refusalsDesc *prometheus.Desc
}

// NewGate checks the limits.
func NewGate(l Limits) (*Gate, error) {
	if l.Connections == 0 {
		l.Connections = 32 << 10
	}
	if l.PerAddress == 0 {
		l.PerAddress = max(l.Connections/2, 1)
	}
	if l.Connections < 0 || l.PerAddress < 0 {
		return nil, errors.New("listen: Connections and PerAddress must be positive")
	}
	return &Gate{
		limits:  l,
		holders: make(map[netip.Addr]int),
		inside:  make(map[*conn]struct{}),
		connectionsDesc: prometheus.NewDesc("fingerpost_edge_connections",
			"Open connections of clients.", nil, nil),
		refusalsDesc: prometheus.NewDesc("fingerpost_edge_connections_refused_total",
			"Connections refused by reason: total (too many in all), address (too many of one).", []string{"reason"}, nil),
	}, nil
}

// Connections is how many the gate lets in.
func (g *Gate) Connections() int { return g.limits.Connections }

// verdict is what becomes of a connection.
type verdict int

const (
	admitted verdict = iota
	full
	tooMany // of this address
)

// enter counts c as its holder's, or refuses it. A holder that is not valid is
// bounded by the total only.
func (g *Gate) enter(c *conn) verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.total >= g.limits.Connections {
		g.refusedTotal.Add(1)
		return full
	}
	if c.holder.IsValid() {
		if g.holders[c.holder] >= g.limits.PerAddress {
			g.refusedAddress.Add(1)
			return tooMany
		}
		g.holders[c.holder]++
	}
	g.total++
	g.inside[c] = struct{}{}
	if g.ended {
		c.closeRead()
	}
	return admitted
}

func (g *Gate) leave(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total--
	delete(g.inside, c)
	if !c.holder.IsValid() {
		return
	}
	if g.holders[c.holder]--; g.holders[c.holder] == 0 {
		delete(g.holders, c.holder)
	}
}

// EndReading has every connection read as ended, so that a server which stops does
// not wait for clients that have asked nothing. Answers under way are written to
// their end.
func (g *Gate) EndReading() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	for c := range g.inside {
		c.closeRead()
	}
}

// CutOff has every connection that is still open end in both directions. Closing
// it is for whoever serves it, and may be using it now.
func (g *Gate) CutOff() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.inside {
		c.closeRead()
		_ = c.CloseWrite()
	}
}

// Describe implements prometheus.Collector.
func (g *Gate) Describe(ch chan<- *prometheus.Desc) {
	ch <- g.connectionsDesc
	ch <- g.refusalsDesc
}

// Collect implements prometheus.Collector.
func (g *Gate) Collect(ch chan<- prometheus.Metric) {
	g.mu.Lock()
	total := g.total
	g.mu.Unlock()
	ch <- prometheus.MustNewConstMetric(g.connectionsDesc, prometheus.GaugeValue, float64(total))
	ch <- prometheus.MustNewConstMetric(g.refusalsDesc, prometheus.CounterValue, float64(g.refusedTotal.Load()), "total")
	ch <- prometheus.MustNewConstMetric(g.refusalsDesc, prometheus.CounterValue, float64(g.refusedAddress.Load()), "address")
}
