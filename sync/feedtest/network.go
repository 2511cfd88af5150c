package feedtest

import (
	"strings"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Link is a network path to a server that can be cut (connections end and are
// refused) or frozen (connections stay open and carry nothing, as to a stopped
// process or through a partition).
type Link struct {
	tb    testing.TB
	proxy *toxiproxy.Proxy
}

// NewLink makes a path to addr that lasts until the test ends.
func NewLink(tb testing.TB, addr string) *Link {
	tb.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, tb.Name(), freeAddr(tb), addr)
	if err := proxy.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(proxy.Stop)
	return &Link{tb: tb, proxy: proxy}
}

// Addr is the near end.
func (l *Link) Addr() string { return l.proxy.Listen }

// Cut ends all connections and refuses new ones until Mend.
func (l *Link) Cut() { l.proxy.Stop() }

// Freeze lets no byte through, either way, until Mend.
func (l *Link) Freeze() {
	l.tb.Helper()
	for _, stream := range []string{"upstream", "downstream"} {
		toxic := `{"name":"` + stream + `","type":"timeout","stream":"` + stream + `","attributes":{"timeout":0}}`
		if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			l.tb.Fatal(err)
		}
	}
}

// Mend ends a Cut or a Freeze. Connections that were frozen end.
func (l *Link) Mend() {
	l.tb.Helper()
	l.proxy.Toxics.ResetToxics(l.tb.Context())
	if !l.proxy.Enabled {
		if err := l.proxy.Start(); err != nil {
			l.tb.Fatal(err)
		}
	}
}
