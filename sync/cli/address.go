package cli

import (
	"fmt"
	"net"
)

// Address refuses a flag that is not host:port. For an empty one the system would
// choose a port, and open it to every network.
func Address(flag, value string) error {
	if _, port, err := net.SplitHostPort(value); err != nil || port == "" {
		return fmt.Errorf("%s %q is not HOST:PORT", flag, value)
	}
	return nil
}
