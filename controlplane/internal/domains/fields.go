package domains

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Fields are what a caller sets on a domain; nil leaves a field as it is, and a
// zero clears it.
type Fields struct {
	Aliases                []string // nil: as they are
	Workspace              *string  // "": shared by all
	Redirect, CodeLength   *int     // 0: the default
	UnknownURL, ExpiredURL *string  // "": 404 and 410
	Strict                 *bool
	Robots, ReferrerPolicy *string // "": not sent
	Tracking               *string // "", always or never
	// How many hours clicks are kept by minute, and how many days by hour and by
	// day; 0: the default.
	MinutesKept, HoursKept, DaysKept *int
}

// Limits of what edges hold of a domain.
const (
	maxAliases = 20
	maxRobots  = 200
)

// apply sets on d what f asks for. all are the domains that there are; d may be
// among them in its version before.
func (f *Fields) apply(d *wire.Domain, all []*wire.Domain) error {
	var bad links.Invalid
	if f.Aliases != nil {
		d.Aliases = nil
		for i, alias := range f.Aliases {
			d.Aliases = append(d.Aliases, checkAlias(i, alias, &bad))
		}
		if len(d.Aliases) > maxAliases {
			refuse(&bad, "aliases", links.TooMany, fmt.Sprintf("are more than %d", maxAliases))
		}
	}
	others := slices.DeleteFunc(Present(all), func(o *wire.Domain) bool { return o.GetName() == d.GetName() })
	checkHosts(d, others, &bad)
	f.applyURLs(d, others, &bad)
	f.applyNumbers(d, &bad)
	f.applyHeaders(d, &bad)
	f.applyTracking(d, &bad)
	f.applyKept(d, &bad)
	if f.Workspace != nil {
		d.Workspace = *f.Workspace
	}
	if f.Strict != nil {
		d.Strict = *f.Strict
	}
	if len(bad.Fields) > 0 {
		return &bad
	}
	return nil
}

func refuse(bad *links.Invalid, field, code, detail string) {
	bad.Fields = append(bad.Fields, links.FieldError{Field: field, Code: code, Detail: detail})
}

// hostName gives a name in the form in which browsers send it: lower case, and
// international letters as an A-label.
func hostName(name string) (host string, ok bool) {
	host, err := idna.Lookup.ToASCII(strings.ToLower(strings.TrimSuffix(name, ".")))
	if err != nil || host == "" || len(host) > link.MaxDomain || strings.ContainsAny(host, "/:@[]% ") {
		return "", false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return "", false
		}
	}
	_, err = netip.ParseAddr(host)
	return host, err != nil
}

// checkAlias gives another host of a domain as a Host header shows it. Unlike a
// domain, it may be an address.
func checkAlias(i int, alias string, bad *links.Invalid) string {
	if address, err := netip.ParseAddr(strings.Trim(alias, "[]")); err == nil && address.Zone() == "" {
		if address.Is6() {
			return "[" + address.String() + "]"
		}
		return address.String()
	}
	host, ok := hostName(alias)
	if !ok {
		refuse(bad, fmt.Sprintf("aliases[%d]", i), links.Bad, "is not a host name or address")
	}
	return host
}

// checkHosts refuses hosts that mean another domain, or this one twice.
func checkHosts(d *wire.Domain, others []*wire.Domain, bad *links.Invalid) {
	var taken links.Domains
	taken.Set(others)
	if other, ok := taken.Name(d.GetName()); ok {
		refuse(bad, "name", links.Conflict, "is an alias of "+other)
	}
	seen := map[string]bool{d.GetName(): true}
	for i, alias := range d.GetAliases() {
		field := fmt.Sprintf("aliases[%d]", i)
		if other, ok := taken.Name(alias); ok {
			refuse(bad, field, links.Conflict, "belongs to "+other)
		}
		if seen[alias] {
			refuse(bad, field, links.Conflict, "stands there twice")
		}
		seen[alias] = true
	}
}

// applyURLs refuses fallbacks that lead back to one of our domains, this one
// among them.
func (f *Fields) applyURLs(d *wire.Domain, others []*wire.Domain, bad *links.Invalid) {
	var ours links.Domains
	ours.Set(append(others, d))
	for _, u := range []struct {
		field string
		given *string
		to    *string
	}{{"unknown_url", f.UnknownURL, &d.UnknownUrl}, {"expired_url", f.ExpiredURL, &d.ExpiredUrl}} {
		if u.given != nil {
			*u.to = *u.given
		}
		if *u.to == "" {
			continue
		}
		stored, problems := ours.Check(u.field, *u.to) // one that was good may be ours by now
		*u.to = stored
		bad.Fields = append(bad.Fields, problems...)
	}
}

func (f *Fields) applyNumbers(d *wire.Domain, bad *links.Invalid) {
	if f.Redirect != nil {
		d.Redirect = uint32(*f.Redirect)
		if err := link.CheckRedirect(*f.Redirect); err != nil && *f.Redirect != 0 {
			refuse(bad, "redirect", links.Bad, err.Error())
		}
	}
	if f.CodeLength != nil {
		d.CodeLength = uint32(*f.CodeLength)
		if n := *f.CodeLength; n != 0 && (n < link.MinLength || n > link.MaxLength) {
			refuse(bad, "code_length", links.Bad, fmt.Sprintf("must be %d to %d", link.MinLength, link.MaxLength))
		}
	}
}

func (f *Fields) applyHeaders(d *wire.Domain, bad *links.Invalid) {
	if f.Robots != nil {
		d.RobotsTag = *f.Robots
		if len(d.RobotsTag) > maxRobots || strings.ContainsFunc(d.RobotsTag, func(r rune) bool { return r < ' ' || r > '~' }) {
			refuse(bad, "robots", links.Bad, fmt.Sprintf("must be up to %d visible ASCII characters", maxRobots))
		}
	}
	if f.ReferrerPolicy != nil {
		d.ReferrerPolicy = *f.ReferrerPolicy
		if d.ReferrerPolicy != "" && !slices.Contains(policies(), d.ReferrerPolicy) {
			refuse(bad, "referrer_policy", links.Bad, "must be one of "+strings.Join(policies(), ", "))
		}
	}
}

// policies are those of W3C's Referrer Policy, section 3.
func policies() []string {
	return []string{
		"no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin",
		"origin-when-cross-origin", "strict-origin-when-cross-origin", "unsafe-url",
	}
}
