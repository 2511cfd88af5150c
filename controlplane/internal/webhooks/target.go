package webhooks

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// maxTarget bounds a target's URL.
const maxTarget = 2048

// checkTarget says what is wrong with a URL, as a sentence without its subject.
// Where a name leads is looked at each time that it is dialled.
func checkTarget(target string, private bool) error {
	u, err := url.Parse(target)
	switch {
	case err != nil || len(target) > maxTarget || u.Hostname() == "":
		return errors.New("is not a URL")
	case u.User != nil || u.Fragment != "":
		return errors.New("must have neither user nor fragment")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	literal := err == nil
	switch {
	case literal && !private && !public(ip):
		return errors.New("is not a public address")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && private && (u.Hostname() == "localhost" || literal && ip.IsLoopback()):
		return nil
	}
	return errors.New("must begin with https://")
}

// inside are networks that netip has no word for: of IANA's special-purpose
// registries, what is not reachable from everywhere, and those in which an IPv4
// address is hidden.
const inside = "0.0.0.0/8 100.64.0.0/10 192.0.0.0/24 192.0.2.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 " +
	"64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fec0::/10"

// public says whether an address is anybody's outside of this network.
func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for text := range strings.FieldsSeq(inside) {
		if netip.MustParsePrefix(text).Contains(ip) {
			return false
		}
	}
	return true
}

var errInside = errors.New("the target is not at a public address")

// newClient makes a client that reaches no address inside this network, unless it
// may, and follows nobody elsewhere.
func newClient(within time.Duration, private bool) *http.Client {
	dialer := &net.Dialer{Timeout: within}
	if !private {
		// What is dialled is looked at, not the name, which may lead elsewhere the next
		// time that it is asked for.
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			place, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("reading the target's address: %w", err)
			}
			if !public(place.Addr()) {
				return errInside
			}
			return nil
		}
	}
	return &http.Client{
		Timeout: within,
		// No proxy: it would be dialled instead of the target.
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: within, MaxIdleConns: 20, IdleConnTimeout: 30 * time.Second,
			MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
