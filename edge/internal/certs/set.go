package certs

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// set is the certificates of a moment. It does not change.
type set struct {
	first *tls.Certificate // for clients that name nobody
	only  bool
	names map[string]*tls.Certificate // in lower case, some with "*." in front
}

func load(pairs []pair) (*set, error) {
	s := &set{names: make(map[string]*tls.Certificate), only: len(pairs) == 1}
	for _, p := range pairs {
		c, err := tls.LoadX509KeyPair(p.cert, p.key)
		if err != nil {
			return nil, fmt.Errorf("reading %s and %s: %w", p.cert, p.key, err)
		}
		if s.first == nil {
			s.first = &c
		}
		for _, name := range c.Leaf.DNSNames {
			s.add(strings.ToLower(name), &c)
		}
	}
	return s, nil
}

// add has c shown for name, unless another one is valid for longer.
func (s *set) add(name string, c *tls.Certificate) {
	if other := s.names[name]; other == nil || c.Leaf.NotAfter.After(other.Leaf.NotAfter) {
		s.names[name] = c
	}
}

// choose finds the certificate for a name: its own, that of all names beside
// it, or none.
func (s *set) choose(name string) *tls.Certificate {
	if name == "" || s.only {
		return s.first
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if c := s.names[name]; c != nil {
		return c
	}
	if _, rest, ok := strings.Cut(name, "."); ok {
		return s.names["*."+rest]
	}
	return nil
}
