package clicks

import "net/netip"

// Click is one answered redirect. The slices are the request's own: they are
// read before Record returns, and not kept.
type Click struct {
	Domain, Code string // must not change afterwards
	At           int64  // Unix milliseconds
	// Address is the visitor's, not valid if it is not known. No more than its
	// network is ever written anywhere.
	Address netip.Addr
	// Agent, Referrer and Language are the headers' values, Query what follows the
	// target's question mark. Empty if there is none.
	Agent, Referrer, Language, Query []byte
	// CountOnly forbids to keep anything but that there was a click.
	CountOnly bool
}
