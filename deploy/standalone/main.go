// Command standalone runs a whole Fingerpost in one process: an edge, a control
// plane, an embedded etcd and an embedded SQLite. They are the same packages
// that run apart elsewhere, and they talk to each other over loopback as they
// would over a network.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/fingerpost/fingerpost/sync/cli"
)

// stopTime is how long stopping may take.
const stopTime = 5 * time.Second

type command struct {
	Data            string        `help:"Folder for all data; made if missing." default:"data" type:"path"`
	EdgeAddr        string        `help:"Where redirects are served." default:"127.0.0.1:8000"`
	ControlAddr     string        `help:"Where the API is served." default:"127.0.0.1:8080"`
	EdgeOpsAddr     string        `help:"Where the edge's health, metrics and profiles are served." default:"127.0.0.1:8001"`
	ControlOpsAddr  string        `help:"Where the control plane's are." default:"127.0.0.1:8082"`
	Domain          string        `help:"Domain of the short links; for localhost, 127.0.0.1 and ::1 are the same." default:"localhost"`
	ShortURL        string        `name:"short-url" help:"How short links are written, {domain} standing for theirs. Default: the edge's address for localhost, otherwise https://{domain}."`
	PrivateWebhooks bool          `help:"Let webhooks go to addresses inside this network, and by http to loopback."`
	OffensiveWords  string        `placeholder:"FILE" help:"Words that aliases may not be made of, one a line, beside the built-in ones."`
	AdminKey        string        `help:"The first admin key, 24 or more visible ASCII characters. Set it in the environment: command lines can be read by others. Default: one is made and shown once."`
	CacheBytes      int64         `help:"Memory for links in the edge, in bytes." default:"268435456"`
	CountryDB       string        `name:"country-db" placeholder:"FILE" help:"An mmdb file that tells a visitor's country; read again when it changes. Default: none, countries are not known."`
	Kafka           []string      `placeholder:"ADDR" help:"Kafka brokers that are told of every click: HOST:PORT, comma-separated. Default: none."`
	KafkaTopic      string        `help:"Topic of these events; it must be there." default:"fingerpost.clicks"`
	KafkaUser       string        `help:"Who logs in there. Default: nobody."`
	KafkaLogin      string        `help:"How: SCRAM-SHA-512, SCRAM-SHA-256, or PLAIN, which needs TLS." default:"SCRAM-SHA-512" enum:"SCRAM-SHA-512,SCRAM-SHA-256,PLAIN"`
	KafkaPassword   string        `help:"With which password; set it in the environment."`
	KafkaTLS        cli.ClientTLS `embed:"" prefix:"kafka-"`
	TrustedProxies  []string      `placeholder:"CIDR" help:"Networks of proxies whose X-Forwarded-For is believed, by the edge and by the API, comma-separated. Default: none."`
	MaxStale        time.Duration `help:"How long the edge serves links when it cannot learn of changes." default:"24h"`
	cli.MasterKey
}

// Validate is called by kong.
func (c *command) Validate() error {
	return cmp.Or(
		cli.Positive("--cache-bytes", c.CacheBytes), cli.Positive("--max-stale", c.MaxStale),
		cli.Address("--control-addr", c.ControlAddr), cli.Address("--control-ops-addr", c.ControlOpsAddr),
	)
}

// Run starts everything, says where, and stops when ctx ends.
func (c *command) Run(ctx context.Context, log *slog.Logger) error {
	s := &standalone{command: *c, log: log}
	if err := s.start(ctx); err != nil {
		return cli.Start(err)
	}
	if key := s.control.AdminKey(); key != "" {
		fmt.Fprintf(os.Stderr, "admin key, shown this once: %s\n", key)
	}
	fmt.Printf("ready edge=http://%s control=http://%s data=%s\n", s.edge.Addr(), s.control.Addr(), c.Data)
	<-ctx.Done()
	log.Info("stopping")
	return s.stop()
}

func main() {
	cli.Main("standalone", "Runs a whole Fingerpost in one process.", &command{})
}
