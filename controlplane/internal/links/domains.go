package links

import (
	"net/netip"
	"strings"
	"sync/atomic"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Domains is the set of our own domains and of the other hosts that mean them.
// It may be read while it is replaced. The zero Domains is empty.
type Domains struct {
	names atomic.Pointer[map[string]string] // host as plain gives it → domain
}

// Set replaces the whole set.
func (d *Domains) Set(all []*wire.Domain) {
	names := make(map[string]string, 2*len(all))
	for _, domain := range all {
		names[plain(domain.GetName())] = domain.GetName()
		for _, alias := range domain.GetAliases() {
			names[plain(alias)] = domain.GetName()
		}
	}
	d.names.Store(&names)
}

// Name gives the domain that host means, in any case, with or without a
// trailing dot or brackets; ok is false if host is not ours. host has no port.
func (d *Domains) Name(host string) (name string, ok bool) {
	names := d.names.Load()
	if names == nil {
		return "", false
	}
	name, ok = (*names)[plain(host)]
	return name, ok
}

// plain gives the one spelling of a host under which it is looked up. An IPv4
// address may be dressed up as an IPv6 one.
func plain(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	bare := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if address, err := netip.ParseAddr(bare); err == nil {
		return address.Unmap().String()
	}
	return host
}
