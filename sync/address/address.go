package address

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
)

// Of is the address of one end of a connection, IPv4 in its own form; not valid
// if it has none.
func Of(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// Network is what bounds count by: an IPv4 address, or the /64 of an IPv6 one,
// for that is the least that a subscriber gets (RFC 6177), and who has one has
// all of its addresses.
func Network(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	p, _ := a.Prefix(64) // cannot fail for an IPv6 address
	return p.Addr()
}

// Within says whether any of the networks has a.
func Within(networks []netip.Prefix, a netip.Addr) bool {
	a = a.WithZone("")
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// ParseNetworks reads CIDR networks and single addresses.
func ParseNetworks(list []string) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, 0, len(list))
	for _, s := range list {
		n, err := netip.ParsePrefix(s)
		if err != nil {
			a, alone := netip.ParseAddr(s)
			if alone != nil || a.Zone() != "" {
				return nil, fmt.Errorf("%q must be an address or a network such as 10.0.0.0/8", s)
			}
			a = a.Unmap()
			n = netip.PrefixFrom(a, a.BitLen())
		}
		if n.Addr().Is4In6() {
			return nil, fmt.Errorf("%q must be written as an IPv4 network", s)
		}
		networks = append(networks, n.Masked())
	}
	return networks, nil
}

// Forwarded is who a request is from when peer passed it on with this
// X-Forwarded-For (all such lines, joined by commas): the rightmost address that
// is no trusted proxy's. What stands left of it, its sender may have made up. If
// something on the way is no address, the proxy that vouched for it is the
// answer.
func Forwarded(trusted []netip.Prefix, peer netip.Addr, header []byte) netip.Addr {
	for len(header) > 0 && Within(trusted, peer) {
		i := bytes.LastIndexByte(header, ',')
		a, ok := parse(bytes.Trim(header[i+1:], " \t"))
		if !ok {
			return peer
		}
		peer = a
		header = header[:max(i, 0)]
	}
	return peer
}

// parse reads an address as proxies write it, some of them with a port.
func parse(b []byte) (netip.Addr, bool) {
	if len(b) > len("[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535") {
		return netip.Addr{}, false
	}
	s := string(b)
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	if n := len(s); n > 2 && s[0] == '[' && s[n-1] == ']' {
		if a, err := netip.ParseAddr(s[1 : n-1]); err == nil {
			return a.Unmap().WithZone(""), true
		}
	}
	return netip.Addr{}, false
}
