package listen

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
)

// The PROXY protocol, version 2, section 2.2 of
// https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt.
const (
	signature = "\r\n\r\n\x00\r\nQUIT\n"
	// maxProxyHeader is more than addresses and the usual extensions take; the
	// length field could ask for 64 KiB.
	maxProxyHeader = 2 << 10

	commandLocal, commandProxy = 0x20, 0x21
	familyTCP4, familyTCP6     = 0x11, 0x21
)

// readProxyHeader reads a header to its end and no further. The address is not
// valid if the proxy speaks for itself, or of a client that is not on TCP.
func readProxyHeader(r io.Reader) (netip.AddrPort, error) {
	var none netip.AddrPort
	var head [len(signature) + 4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return none, err
	}
	if string(head[:len(signature)]) != signature {
		return none, errors.New("there is none of version 2")
	}
	command, family := head[12], head[13]
	n := int(binary.BigEndian.Uint16(head[14:]))
	if n > maxProxyHeader {
		return none, fmt.Errorf("%d bytes are more than %d", n, maxProxyHeader)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return none, err
	}
	switch command {
	case commandLocal: // the proxy's own, such as a health check
		return none, nil
	case commandProxy:
		return source(family, body)
	}
	return none, fmt.Errorf("command %#x is none of version 2", command)
}

// source is the client's address and port: the first and, behind the proxy's
// address, the third field. What follows the addresses are extensions.
func source(family byte, body []byte) (netip.AddrPort, error) {
	size := 0
	switch family {
	case familyTCP4:
		size = 4
	case familyTCP6:
		size = 16
	default:
		return netip.AddrPort{}, nil
	}
	if len(body) < 2*size+4 {
		return netip.AddrPort{}, fmt.Errorf("%d bytes are too few for the addresses", len(body))
	}
	addr, _ := netip.AddrFromSlice(body[:size]) // 4 or 16 bytes are always one
	return netip.AddrPortFrom(addr.Unmap(), binary.BigEndian.Uint16(body[2*size:])), nil
}
