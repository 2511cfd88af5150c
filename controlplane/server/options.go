package server

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/idna"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/sync/crowd"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Options of a Server. Those without a default are required.
type Options struct {
	// DatabaseURL is sqlite:PATH or postgres://….
	DatabaseURL string
	// Etcd are the feed's addresses, host:port or URLs; at least one.
	Etcd []string
	// Addr, RPCAddr and OpsAddr are host:port to listen on; port 0 picks a free
	// one.
	Addr, RPCAddr, OpsAddr string
	// MaxConnections bounds those of the API, and likewise those for the RPC. 0 means
	// 10,000, or a third of the files that this process may open if that is less; it
	// cannot be more than that.
	MaxConnections int
	// Region is where this server runs, up to 64 bytes; "" is a region too. Writers of different
	// regions lease codes from different shards.
	Region string
	// Domain is where links go whose maker names none; "" means localhost, which
	// 127.0.0.1 and [::1] are then, too. It is added to the domains if it is not
	// there.
	Domain string
	// ShortURL is what a short link starts with, "{domain}" standing for its
	// domain. "" means https://{domain}, and for localhost http://localhost:8000.
	// Without "{domain}" it is for links of Domain; others start with https://{domain}.
	ShortURL string
	// TrustedProxies are networks such as 10.0.0.0/8 whose X-Forwarded-For is
	// believed; none by default.
	TrustedProxies []string
	// Offensive are words that nobody may choose as an alias, nor as a part of one,
	// beside the built-in ones.
	Offensive []string
	// PrivateWebhooks lets webhooks go to addresses inside this network, and by http
	// to loopback: where all who may make one are trusted.
	PrivateWebhooks bool
	// EtcdTLS and RPCTLS secure these hops; nil sends in the clear.
	EtcdTLS, RPCTLS *tls.Config
	// MasterKeys are 32 bytes in base64 or hex, separated by commas or white space:
	// the first one seals the database's secrets, the others open what they sealed
	// before. "" leaves in the clear what is in the clear.
	MasterKeys string
	// AdminKey presets an admin key; "" makes one if there is none yet.
	AdminKey string
	Logger   *slog.Logger
	// Registry takes the metrics and shows them on the ops port; nil makes one.
	Registry *prometheus.Registry
	// Deadline bounds what a request waits for the database; 0 means 2 s.
	Deadline time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// complete fills in defaults, or names the setting that is wrong.
func (o *Options) complete() error {
	if o.Logger == nil {
		return errors.New("server: Logger is missing")
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AdminKey != "" {
		if err := access.CheckPreset(o.AdminKey); err != nil {
			return fmt.Errorf("FINGERPOST_ADMIN_KEY %w", err)
		}
	}
	if err := o.completeDomain(); err != nil {
		return err
	}
	most, err := connections(o.MaxConnections, crowd.OpenFiles())
	if err != nil {
		return fmt.Errorf("--max-connections: %w", err)
	}
	o.MaxConnections = most
	if err := wire.CheckRegion(o.Region); err != nil {
		return fmt.Errorf("--region: %w", err)
	}
	return cmp.Or(checkDatabase(o.DatabaseURL), checkEtcd(o.Etcd))
}

func (o *Options) completeDomain() error {
	if o.Domain == "" {
		o.Domain = local
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(o.Domain, "."))
	if err != nil || name == "" {
		return fmt.Errorf("--domain %q is not a host name; give it without scheme and port", o.Domain)
	}
	o.Domain = name
	if o.ShortURL == "" {
		o.ShortURL = "https://{domain}"
		if o.Domain == local {
			o.ShortURL = "http://localhost:8000"
		}
	}
	o.ShortURL = strings.TrimRight(o.ShortURL, "/")
	parsed, err := url.Parse(strings.ReplaceAll(o.ShortURL, "{domain}", name))
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return fmt.Errorf("--short-url %q is not http:// or https:// and a host", o.ShortURL)
	}
	return nil
}

func checkDatabase(address string) error {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok && path != "" {
		return nil
	}
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return nil
	}
	// The address is not quoted: it may hold a password.
	return errors.New("--database-url must be sqlite:PATH or postgres://USER@HOST:PORT/NAME")
}

func checkEtcd(addresses []string) error {
	if len(addresses) == 0 {
		return errors.New("--etcd is missing; name at least one etcd, such as 127.0.0.1:2379")
	}
	for _, address := range addresses {
		host := address
		if parsed, err := url.Parse(address); err == nil && (parsed.Scheme == "http" || parsed.Scheme == "https") {
			host = parsed.Host
		}
		if name, port, err := net.SplitHostPort(host); err != nil || name == "" || port == "" {
			return fmt.Errorf("--etcd %q is not HOST:PORT", address)
		}
	}
	return nil
}
