package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/cli"
)

// stopFor bounds an orderly end.
const stopFor = 4 * time.Second

type serve struct {
	database
	Etcd            []string `default:"127.0.0.1:2379" placeholder:"ADDR" help:"etcd, which carries changes to the edges: HOST:PORT, comma-separated. Default: ${default}"`
	Addr            string   `default:"127.0.0.1:8080" help:"Where the public API listens."`
	RPCAddr         string   `default:"127.0.0.1:8081" help:"Where the internal RPC for edges listens. Not for the public."`
	OpsAddr         string   `default:"127.0.0.1:8082" help:"Where health, metrics and profiles are. Not for the public."`
	MaxConnections  int      `help:"How many connections the API may have at once, and likewise the RPC port. Default: 10,000, or a third of the files that the process may open."`
	Region          string   `help:"Region of this control plane."`
	Domain          string   `default:"localhost" help:"Domain of links that name none."`
	ShortURL        string   `placeholder:"URL" help:"What short links start with; {domain} stands for their domain. Default: https://{domain}, and http://localhost:8000 for localhost."`
	TrustedProxies  []string `placeholder:"CIDR" help:"Networks of proxies whose X-Forwarded-For is believed, comma-separated. Default: none."`
	OffensiveWords  string   `type:"existingfile" placeholder:"FILE" help:"Words that aliases may not be made of, one a line, beside the built-in ones."`
	PrivateWebhooks bool     `help:"Let webhooks go to addresses inside this network, and by http to loopback."`
	AdminKey        string   `placeholder:"KEY" help:"Admin API key, 24 or more visible ASCII characters; better set in the environment than here. Without it, one is made at the first start and shown once."`
	cli.MasterKey
	hops
}

// hops is the flags that secure what runs between the programs.
type hops struct {
	EtcdTLS cli.ClientTLS `embed:"" prefix:"etcd-"`
	RPCTLS  cli.ServerTLS `embed:"" prefix:"rpc-"`
}

func (h *hops) configs() (etcd, rpc *tls.Config, err error) {
	if etcd, err = h.EtcdTLS.Config(); err != nil {
		return nil, nil, fmt.Errorf("--etcd-ca, --etcd-cert, --etcd-key: %w", err)
	}
	if rpc, err = h.RPCTLS.Config(); err != nil {
		return nil, nil, fmt.Errorf("--rpc-cert, --rpc-key, --rpc-client-ca: %w", err)
	}
	return etcd, rpc, nil
}

// Validate is called by kong.
func (c *serve) Validate() error {
	return cmp.Or(cli.Address("--addr", c.Addr), cli.Address("--rpc-addr", c.RPCAddr), cli.Address("--ops-addr", c.OpsAddr))
}

// Run serves until ctx ends.
func (c *serve) Run(ctx context.Context, log *slog.Logger) error {
	words, err := server.ReadWords(c.OffensiveWords)
	if err != nil {
		return cli.Start(err)
	}
	etcd, rpc, err := c.hops.configs()
	if err != nil {
		return cli.Start(err)
	}
	keys, err := c.MasterKeys()
	if err != nil {
		return cli.Start(err)
	}
	s, err := server.New(server.Options{
		DatabaseURL: c.DatabaseURL, Etcd: c.Etcd, Addr: c.Addr, RPCAddr: c.RPCAddr, OpsAddr: c.OpsAddr,
		MaxConnections: c.MaxConnections, Region: c.Region, Domain: c.Domain, ShortURL: c.ShortURL, TrustedProxies: c.TrustedProxies, Offensive: words, PrivateWebhooks: c.PrivateWebhooks, MasterKeys: keys, AdminKey: c.AdminKey, Logger: log,
		EtcdTLS: etcd, RPCTLS: rpc,
	})
	if err != nil {
		return cli.Start(err)
	}
	if err := s.Start(ctx); err != nil {
		return cli.Start(err)
	}
	if key := s.AdminKey(); key != "" {
		fmt.Fprintf(os.Stderr, "\nThe first admin key, shown only this once:\n\n    %s\n\n", key)
	}
	fmt.Printf("ready control=http://%s rpc=%s ops=http://%s\n", s.Addr(), s.RPCAddr(), s.OpsAddr())
	<-ctx.Done()
	// The signal has ended ctx; what is under way gets its own time.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopFor)
	defer cancel()
	return s.Stop(bounded)
}
