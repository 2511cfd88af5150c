package verify

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"
)

// Options say which system is verified, and with what.
type Options struct {
	// Control is the base URL of the control plane's API. Required.
	Control string
	// Key is an API key that may create links and read statistics. Required.
	Key string
	// Edges are the base URLs (http only) of the edges. Required.
	Edges []string
	// Targets are the URLs to be shortened, one link each. Required.
	Targets []string
	// Popularity weighs the links: the first is asked for in proportion to the
	// first count, and so on. Required.
	Popularity []uint64
	// Requests is how many redirects are asked for. Zero means none.
	Requests uint64
	// Connections is how many connections are used at once, to the control
	// plane and to all edges together; at least one for each edge.
	Connections int
	// Changes is how many links are changed to measure propagation. Zero means
	// none; more than there are links means all of them.
	Changes int
	// AllowUnanswered is how many requests may go without an answer before the
	// run fails. Zero means that each must be answered.
	AllowUnanswered uint64
	// Settle is how long after the last request the counts may take to become
	// right. Zero means 10 s.
	Settle time.Duration
	// Follow is how long an edge may take to follow a change before it counts
	// as not following. Zero means 5 s.
	Follow time.Duration
	// Seed chooses the order of requests. Equal seeds give equal orders.
	Seed uint64
	// Logger is told which stage has begun. Required.
	Logger *slog.Logger
}

func (o *Options) validate() error {
	switch {
	case o.Key == "":
		return errors.New("key is missing")
	case len(o.Edges) == 0:
		return errors.New("edge is missing")
	case len(o.Targets) == 0:
		return errors.New("there are no URLs to shorten")
	case len(o.Popularity) == 0:
		return errors.New("there are no popularity counts")
	case o.Connections < len(o.Edges):
		return fmt.Errorf("connections is %d; there must be at least one for each of %d edges", o.Connections, len(o.Edges))
	case o.Changes < 0:
		return errors.New("changes is negative")
	case o.Settle < 0:
		return errors.New("settle is negative")
	case o.Follow < 0:
		return errors.New("follow is negative")
	case o.Logger == nil:
		return errors.New("logger is missing")
	}
	if o.Settle == 0 {
		o.Settle = 10 * time.Second
	}
	if o.Follow == 0 {
		o.Follow = 5 * time.Second
	}
	o.Changes = min(o.Changes, len(o.Targets))
	u, err := url.Parse(o.Control)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("control %q is no http:// or https:// URL", o.Control)
	}
	return nil
}

// address is the host:port to which requests for an edge's base URL go.
func address(edge string) (string, error) {
	u, err := url.Parse(edge)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" {
		return "", fmt.Errorf("edge %q is no http:// URL", edge)
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}
