// Command edge answers short links from memory, follows the feed of changes and
// ships the clicks. See README.md beside it.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/cli"
)

const (
	// patience is how long the ready line waits for the feed.
	patience = 3 * time.Second
	// grace is how long a stop may take.
	grace = 4500 * time.Millisecond
)

type command struct {
	ID          string        `help:"Name of this edge, unlike any other's; its clicks are numbered under it. Default: the host's name."`
	Region      string        `help:"Region told to the control plane."`
	Addr        string        `help:"Where redirects are served." default:":8000"`
	OpsAddr     string        `help:"Where health, metrics and profiles are served. Keep it private." default:"localhost:8001"`
	Control     []string      `help:"Control planes' gRPC addresses." default:"localhost:8081"`
	Etcd        []string      `help:"The feed's etcd addresses." default:"localhost:2379"`
	Data        string        `help:"Folder of what must outlive the process." default:"data/edge"`
	CacheBytes  int64         `help:"Memory for hot mappings, in bytes." default:"268435456"`
	LarderBytes int64         `help:"Disk for hot mappings, in bytes: what an edge serves that starts with nothing else up." default:"268435456"`
	Absences    int           `name:"negative-entries" help:"How many unknown codes are remembered." default:"100000"`
	MaxStale    time.Duration `help:"How long links that are not strict are served while the feed is silent." default:"24h"`
	public
	clicks
	hops
}

func main() {
	cli.Main("edge", "Answers short links from memory.", &command{})
}

// Validate is called by kong.
func (c *command) Validate() error {
	return cmp.Or(
		cli.Positive("--cache-bytes", c.CacheBytes), cli.Positive("--larder-bytes", c.LarderBytes),
		cli.Positive("--negative-entries", c.Absences), cli.Positive("--max-stale", c.MaxStale),
		cli.Positive("--unknown-burst", c.UnknownBurst), cli.Positive("--spool-sync", c.SpoolSync),
		cli.NotNegative("--unknown-rate", c.UnknownRate), cli.NotNegative("--spool-bytes", c.SpoolBytes),
	)
}

// Run implements what cli.Main calls.
func (c *command) Run(ctx context.Context, log *slog.Logger) error {
	tended, leave := context.WithCancel(ctx)
	var tending sync.WaitGroup
	tending.Go(func() { tendGarbage(tended) })
	defer tending.Wait()
	defer leave()
	n, err := c.start(ctx, log)
	if err != nil {
		return cli.Start(c.name(err))
	}
	c.announce(ctx, n, log)
	<-ctx.Done()
	notify(daemon.SdNotifyStopping, log)
	stop, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	return n.Stop(stop)
}

func (c *command) start(ctx context.Context, log *slog.Logger) (*node.Node, error) {
	if c.ID == "" {
		host, err := os.Hostname()
		if err != nil {
			return nil, &node.SettingError{Setting: "ID", Err: fmt.Errorf("asking for the host's name: %w; give one", err)}
		}
		c.ID = host
	}
	world, err := c.public.options()
	if err != nil {
		return nil, err
	}
	etcd, control, kafka, err := c.hops.configs()
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	n, err := node.New(node.Options{
		ID: c.ID, Region: c.Region, Addr: c.Addr, OpsAddr: c.OpsAddr, Control: c.Control, Etcd: c.Etcd, Data: c.Data,
		CacheBytes: c.CacheBytes, LarderBytes: c.LarderBytes, Absences: c.Absences, MaxStale: c.MaxStale, Build: cli.Build(), Logger: log, Registry: registry,
		Public: world, Clicks: c.clicks.options(kafka), EtcdTLS: etcd, ControlTLS: control,
	})
	if err != nil {
		return nil, err
	}
	return n, n.Start(ctx)
}

// announce prints the ready line once the edge is attached. It serves without
// the feed too, so the line does not wait for ever.
func (c *command) announce(ctx context.Context, n *node.Node, log *slog.Logger) {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := n.WaitReady(wait)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		log.Warn("not attached yet; it will attach by itself", "reason", err)
	}
	secure := ""
	if addr := n.TLSAddr(); addr != "" {
		secure = " tls=" + strings.Replace(browsable(addr), "http:", "https:", 1)
	}
	fmt.Printf("ready edge=%s ops=%s%s\n", browsable(n.Addr()), browsable(n.OpsAddr()), secure)
	notify(daemon.SdNotifyReady, log)
}

// notify tells systemd, if that started the edge, how far it is.
func notify(state string, log *slog.Logger) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("telling systemd failed", "error", err)
	}
}

// browsable is a URL for this machine's user of where a listener listens.
func browsable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && ip.IsUnspecified() {
		addr = net.JoinHostPort("localhost", port)
	}
	return "http://" + addr
}

// name puts the flag in front of an error about a setting.
func (c *command) name(err error) error {
	var s *node.SettingError
	if !errors.As(err, &s) {
		return err
	}
	if s.Setting == "Absences" {
		return fmt.Errorf("--negative-entries: %w", s.Err)
	}
	words := regexp.MustCompile(`TLS|[A-Z]+[a-z]*`).FindAllString(s.Setting, -1)
	return fmt.Errorf("--%s: %w", strings.ToLower(strings.Join(words, "-")), s.Err)
}
