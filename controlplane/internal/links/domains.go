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
	hosts atomic.Pointer[map[string]*wire.Domain] // host as plain gives it → domain
}

// Set replaces the whole set. The domains may not be changed afterwards.
func (d *Domains) Set(all []*wire.Domain) {
	hosts := make(map[string]*wire.Domain, 2*len(all))
	for _, domain := range all {
		hosts[plain(domain.GetName())] = domain
		for _, alias := range domain.GetAliases() {
			hosts[plain(alias)] = domain
		}
	}
	d.hosts.Store(&hosts)
}

// Name gives the domain that host means, in any case, with or without a
// trailing dot or brackets; ok is false if host is not ours. host has no port.
func (d *Domains) Name(host string) (name string, ok bool) {
	domain := d.Settings(host)
	return domain.GetName(), domain != nil
}

// Settings gives the domain that host means, nil if it is not ours.
func (d *Domains) Settings(host string) *wire.Domain {
	hosts := d.hosts.Load()
	if hosts == nil {
		return nil
	}
	return (*hosts)[plain(host)]
}

// Redirect is the HTTP status of links of a domain that name none.
func (d *Domains) Redirect(host string) int { return redirectOf(d.Settings(host)) }

func redirectOf(domain *wire.Domain) int {
	if redirect := domain.GetRedirect(); redirect != 0 {
		return int(redirect)
	}
	return 302
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

// Check gives raw as the target that is stored for it, or says what is wrong
// with it; field is what the API calls it.
func (d *Domains) Check(field, raw string) (stored string, problems []FieldError) {
	var bad Invalid
	stored = target(field, raw, d, &bad)
	return stored, bad.Fields
}
