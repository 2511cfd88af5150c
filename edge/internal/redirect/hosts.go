package redirect

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Domain is the settings of a domain as the handler needs them.
type Domain struct {
	Name   string
	Strict bool
	// Tracked and Untracked say that clicks are kept with what is known of
	// visitors whatever these wish, and that they are only counted. Neither: as
	// the visitors wish.
	Tracked, Untracked bool
	// Unknown and Expired are where visitors go instead of 404 and 410, or empty.
	Unknown, Expired []byte
	// ReferrerPolicy and RobotsTag are header values, or empty.
	ReferrerPolicy, RobotsTag []byte
}

// Hosts maps Host headers to domains. It never changes; a new table replaces it.
type Hosts struct{ domains map[string]*Domain }

// NewHosts makes the table of all domains. The errors name settings that cannot
// be used and were left out: what is ambiguous or unsafe is refused, the rest
// serves on.
func NewHosts(domains []*wire.Domain) (*Hosts, []error) {
	h := &Hosts{domains: make(map[string]*Domain, 2*len(domains))}
	var problems []error
	for _, w := range domains {
		d, p := newDomain(w)
		problems = append(problems, p...)
		h.domains[d.Name] = d
	}
	claims := make(map[string]string)
	for _, w := range domains {
		for _, alias := range w.GetAliases() {
			alias = hostForm(alias)
			claimed, taken := claims[alias]
			_, name := h.domains[alias]
			switch {
			case taken && claimed != w.GetName():
				// Serving either could answer with another tenant's link.
				h.domains[alias] = nil
				problems = append(problems, fmt.Errorf("alias %s is claimed by %s and %s: nobody gets it", alias, claimed, w.GetName()))
			case name && !taken:
				problems = append(problems, fmt.Errorf("alias %s of %s is a domain of its own", alias, w.GetName()))
			default:
				claims[alias] = w.GetName()
				h.domains[alias] = h.domains[w.GetName()]
			}
		}
	}
	return h, problems
}

func newDomain(w *wire.Domain) (d *Domain, problems []error) {
	keep := func(what, value string, err error) []byte {
		if value != "" && err != nil {
			problems = append(problems, fmt.Errorf("%s of %s is not used: it %w", what, w.GetName(), err))
			return nil
		}
		return []byte(value)
	}
	return &Domain{
		Name:           w.GetName(),
		Strict:         w.GetStrict(),
		Tracked:        w.GetTracking() == "always",
		Untracked:      w.GetTracking() == "never",
		Unknown:        keep("URL for unknown links", w.GetUnknownUrl(), link.CheckURL(w.GetUnknownUrl())),
		Expired:        keep("URL for expired links", w.GetExpiredUrl(), link.CheckURL(w.GetExpiredUrl())),
		ReferrerPolicy: keep("referrer policy", w.GetReferrerPolicy(), checkHeader(w.GetReferrerPolicy())),
		RobotsTag:      keep("robots tag", w.GetRobotsTag(), checkHeader(w.GetRobotsTag())),
	}, problems
}

func checkHeader(value string) error {
	if i := strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
		return fmt.Errorf("has a byte at %d that no header may carry", i)
	}
	return nil
}

// hostForm is an alias as a Host header shows it: an IPv6 address in brackets.
func hostForm(alias string) string {
	alias = strings.ToLower(alias)
	if strings.Contains(alias, ":") && !strings.HasPrefix(alias, "[") {
		return "[" + alias + "]"
	}
	return alias
}

// Find gives the domain of a Host header, or nil. Hot path: 0 allocs.
func (h *Hosts) Find(host []byte) *Domain {
	if d := h.domains[string(host)]; d != nil {
		return d
	}
	return h.findLoosely(host)
}

// findLoosely ignores what does not change a host's meaning: a port, upper case
// and the root's dot.
func (h *Hosts) findLoosely(host []byte) *Domain {
	host = withoutPort(host)
	host = bytes.TrimSuffix(host, []byte("."))
	var lower [link.MaxDomain]byte
	if len(host) == 0 || len(host) > len(lower) {
		return nil
	}
	for i, b := range host {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		lower[i] = b
	}
	return h.domains[string(lower[:len(host)])]
}

// withoutPort cuts ":" and digits off the end. The colons of an IPv6 address
// stand in brackets; a host with any other colon matches nothing.
func withoutPort(host []byte) []byte {
	i := len(host)
	for i > 0 && '0' <= host[i-1] && host[i-1] <= '9' {
		i--
	}
	if i > 0 && i < len(host) && host[i-1] == ':' {
		return host[:i-1]
	}
	return host
}
