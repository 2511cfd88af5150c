package guard

import (
	"bytes"
	"net/netip"

	"github.com/fingerpost/fingerpost/sync/address"
)

// Target is the request's, as it was sent.
func (p *Plain) Target() []byte { return p.next.target }

// Host is that of the Host header.
func (p *Plain) Host() []byte { return p.next.host }

// Agent is the value of User-Agent, empty if there is none.
func (p *Plain) Agent() []byte { return p.next.agent }

// Referrer is the value of Referer, empty if there is none.
func (p *Plain) Referrer() []byte { return p.next.referrer }

// Language is the value of Accept-Language, empty if there is none.
func (p *Plain) Language() []byte { return p.next.language }

// Private says that the client wishes not to be tracked: DNT or Sec-GPC is 1.
func (p *Plain) Private() bool { return p.next.private }

// Forwarded says that there is an X-Forwarded-For.
func (p *Plain) Forwarded() bool { return p.next.forwarded }

// Peer is who is at the connection's other end, or whom its proxy named; not
// valid if that is not known. Hot path: 0 allocs.
func (p *Plain) Peer() netip.Addr {
	if !p.peer.IsValid() {
		p.peer = address.Of(p.RemoteAddr())
	}
	return p.peer
}

// Values are those of all lines of a header, by its name in lower case.
func (p *Plain) Values(name string) (values [][]byte) {
	for line := range bytes.SplitSeq(p.raw, []byte("\r\n")) {
		if len(line) > len(name) && line[len(name)] == ':' && equalFold(line, name) {
			values = append(values, trim(line[len(name)+1:]))
		}
	}
	return values
}
