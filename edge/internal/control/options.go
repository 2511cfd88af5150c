package control

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

// Options of a Pool.
type Options struct {
	// Addrs are the control planes' gRPC addresses, host:port; at least one.
	Addrs []string
	// TLS secures the calls; nil sends them in the clear.
	TLS *tls.Config
	// Hedge is how long a question waits at least for one control plane before the
	// next is asked as well. Default 100 ms.
	Hedge time.Duration
	// Rest is how long a control plane that fails is left alone. Default 1 s.
	Rest time.Duration
}

func (o *Options) validate() error {
	if o.Hedge == 0 {
		o.Hedge = 100 * time.Millisecond
	}
	if o.Rest == 0 {
		o.Rest = time.Second
	}
	switch {
	case len(o.Addrs) == 0:
		return errors.New("control: Addrs is empty")
	case o.Hedge < 0:
		return errors.New("control: Hedge must be positive")
	case o.Rest < 0:
		return errors.New("control: Rest must be positive")
	}
	for _, addr := range o.Addrs {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return fmt.Errorf("control: address %q must be host:port: %w", addr, err)
		}
	}
	return nil
}
