package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/coreos/go-systemd/v22/activation"

	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/cli"
	"github.com/fingerpost/fingerpost/sync/crowd"
)

// public is the flags that say how the world comes in.
type public struct {
	TLSAddr                  string        `placeholder:"ADDR" help:"Where redirects are served over TLS. Default: nowhere."`
	TLSCert                  string        `placeholder:"PATH" help:"Certificate and chain, PEM; or a folder of NAME.crt with NAME.key, chosen by name. Followed when they change."`
	TLSKey                   string        `placeholder:"FILE" help:"Key of --tls-cert, if that is a file."`
	ReusePort                bool          `help:"Let the next process listen on the same ports while this one ends (Linux)."`
	TrustedProxies           []string      `placeholder:"CIDR" help:"Proxies whose X-Forwarded-For says who the client is, comma-separated. Default: none."`
	ProxyProtocol            bool          `help:"Expect the PROXY protocol, version 2, of --trusted-proxies."`
	MaxConnections           int           `help:"Connections at the same time; more are answered 503. 0: 32768, or as many as the limit of open files allows." default:"0"`
	MaxConnectionsPerAddress int           `help:"Connections of one address (IPv6: a /64); more are answered 429. 0: half of --max-connections." default:"0"`
	UnknownRate              float64       `help:"Unknown codes that an address may ask for in a second, in the long run; 0: any number." default:"50"`
	UnknownBurst             int           `help:"Unknown codes that an address may ask for at once." default:"500"`
	Drain                    time.Duration `help:"How long to say 'not ready' before the ports are closed, at most 3s." default:"1s"`
}

// options adds the sockets that systemd passes on: the first is for redirects,
// the second for TLS.
func (p *public) options() (node.Public, error) {
	o := node.Public{
		TLSAddr: p.TLSAddr, TLSCert: p.TLSCert, TLSKey: p.TLSKey, ReusePort: p.ReusePort,
		TrustedProxies: p.TrustedProxies, ProxyProtocol: p.ProxyProtocol,
		MaxConnectionsPerAddress: p.MaxConnectionsPerAddress,
		UnknownRate:              p.UnknownRate, UnknownBurst: p.UnknownBurst, Drain: p.Drain,
	}
	if p.UnknownRate == 0 {
		o.UnknownRate = -1
	}
	var err error
	if o.MaxConnections, err = connections(p.MaxConnections, crowd.OpenFiles()); err != nil {
		return o, err
	}
	sockets, err := activation.Listeners()
	if err != nil {
		return o, fmt.Errorf("taking over sockets (LISTEN_FDS): %w", err)
	}
	for i, place := range []*net.Listener{&o.Socket, &o.TLSSocket} {
		if i < len(sockets) && sockets[i] != nil {
			*place = sockets[i]
		}
	}
	return o, nil
}

// hops is the flags that secure what an edge calls.
type hops struct {
	EtcdTLS    cli.ClientTLS `embed:"" prefix:"etcd-"`
	ControlTLS cli.ClientTLS `embed:"" prefix:"control-"`
	KafkaTLS   cli.ClientTLS `embed:"" prefix:"kafka-"`
}

func (h *hops) configs() (etcd, control, kafka *tls.Config, err error) {
	if etcd, err = h.EtcdTLS.Config(); err != nil {
		return nil, nil, nil, fmt.Errorf("--etcd-ca, --etcd-cert, --etcd-key: %w", err)
	}
	if control, err = h.ControlTLS.Config(); err != nil {
		return nil, nil, nil, fmt.Errorf("--control-ca, --control-cert, --control-key: %w", err)
	}
	if kafka, err = h.KafkaTLS.Config(); err != nil {
		return nil, nil, nil, fmt.Errorf("--kafka-ca, --kafka-cert, --kafka-key: %w", err)
	}
	return etcd, control, kafka, nil
}
