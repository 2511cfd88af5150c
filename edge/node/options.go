package node

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Options of a Node.
type Options struct {
	// ID names this edge among all edges: 1 to 64 letters, digits, dots, - and _.
	// Its clicks are numbered under it, so no two edges may share it.
	ID string
	// Region is told to the control plane: up to 64 bytes. May be empty.
	Region string
	// Addr serves redirects; host:port, port 0 picks a free one.
	Addr string
	// Public is what else there is to say about how visitors come.
	Public Public
	// OpsAddr serves health, metrics and profiles; host:port.
	OpsAddr string
	// Control are the control planes' gRPC addresses, at least one.
	Control []string
	// Etcd are the feed's addresses, at least one.
	Etcd []string
	// ControlTLS and EtcdTLS secure these hops; nil sends in the clear.
	ControlTLS, EtcdTLS *tls.Config
	// Data is the folder of what must outlive the process.
	Data string
	// CacheBytes bounds the memory of the hot mappings. Default 256 MiB.
	CacheBytes int64
	// LarderBytes bounds the disk that the hot mappings take, in Data. Default
	// 256 MiB, which is room for 1.2 million links of a usual length.
	LarderBytes int64
	// Clicks is how they are kept and described.
	Clicks Clicks
	// Absences bounds how many unknown codes are remembered. Default 100,000.
	Absences int
	// MaxStale is how old the knowledge of a link may be that is not strict.
	// Default 24 h.
	MaxStale time.Duration
	// Build is told to the control plane: which program this is. May be empty.
	Build string
	// Now is the clock. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger
	// Registry takes this node's metrics and is shown on OpsAddr. Default: a new
	// one. Two nodes cannot share one.
	Registry *prometheus.Registry
}

// SettingError says which of the Options cannot work, so that a program can name
// the flag it came from.
type SettingError struct {
	Setting string // the field's name
	Err     error  // why, and what to do
}

func (e *SettingError) Error() string { return e.Setting + ": " + e.Err.Error() }
func (e *SettingError) Unwrap() error { return e.Err }

func setting(name string, err error) error {
	if err == nil {
		return nil
	}
	return &SettingError{name, err}
}

var goodID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func (o *Options) validate() error {
	o.defaults()
	if !goodID.MatchString(o.ID) {
		return setting("ID", fmt.Errorf("%q must be 1 to 64 letters, digits, dots, - and _", o.ID))
	}
	if err := wire.CheckRegion(o.Region); err != nil {
		return setting("Region", err)
	}
	for _, listen := range []struct{ name, addr string }{{"Addr", o.Addr}, {"OpsAddr", o.OpsAddr}} {
		if err := checkAddr(listen.addr); err != nil {
			return setting(listen.name, err)
		}
	}
	if err := o.Public.validate(); err != nil {
		return err
	}
	for _, servers := range []struct {
		name  string
		addrs []string
	}{{"Control", o.Control}, {"Etcd", o.Etcd}} {
		if len(servers.addrs) == 0 {
			return setting(servers.name, errors.New("name at least one address, host:port"))
		}
	}
	for _, addr := range o.Control {
		if err := checkAddr(addr); err != nil {
			return setting("Control", err)
		}
	}
	for _, addr := range o.Etcd {
		if err := checkAddr(withoutScheme(addr)); err != nil {
			return setting("Etcd", err)
		}
	}
	if err := o.Clicks.validate(); err != nil {
		return err
	}
	switch {
	case o.Data == "":
		return setting("Data", errors.New("name a folder that this program may write to"))
	case o.CacheBytes < 1<<20 || o.CacheBytes > 1<<40:
		return setting("CacheBytes", fmt.Errorf("%d must be at least 1048576 and at most 1099511627776", o.CacheBytes))
	case o.LarderBytes < 1<<20 || o.LarderBytes > 1<<40:
		return setting("LarderBytes", fmt.Errorf("%d must be at least 1048576 and at most 1099511627776", o.LarderBytes))
	case o.Absences < 1:
		return setting("Absences", fmt.Errorf("%d must be positive", o.Absences))
	case o.MaxStale <= 0:
		return setting("MaxStale", fmt.Errorf("%s must be positive, such as 24h", o.MaxStale))
	case o.Logger == nil:
		return setting("Logger", errors.New("is missing"))
	}
	return nil
}

func (o *Options) defaults() {
	if o.CacheBytes == 0 {
		o.CacheBytes = 256 << 20
	}
	if o.LarderBytes == 0 {
		o.LarderBytes = 256 << 20
	}
	if o.Absences == 0 {
		o.Absences = 100_000
	}
	if o.MaxStale == 0 {
		o.MaxStale = 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
}

// withoutScheme gives the host:port of an etcd address, which may be a URL.
func withoutScheme(addr string) string {
	if _, host, ok := strings.Cut(addr, "://"); ok {
		return host
	}
	return addr
}

func checkAddr(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("%q must be host:port: %w", addr, err)
	}
	return nil
}
