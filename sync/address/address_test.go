package address_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/fingerpost/fingerpost/sync/address"
)

func TestForwarded(t *testing.T) {
	trusted, err := address.ParseNetworks([]string{"10.0.0.0/8", "192.0.2.1", "2001:db8:1::/48"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ peer, header, want string }{
		"nobody's word":                  {"203.0.113.9", "198.51.100.1", "203.0.113.9"},
		"the proxy itself":               {"10.0.0.1", "", "10.0.0.1"},
		"one client":                     {"10.0.0.1", "198.51.100.1", "198.51.100.1"},
		"made up on the left":            {"10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"},
		"through two proxies":            {"10.0.0.1", "1.2.3.4,198.51.100.1 ,\t10.9.9.9", "198.51.100.1"},
		"proxies only":                   {"10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"},
		"no address":                     {"10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"},
		"no address behind a proxy":      {"10.0.0.1", "x, 10.0.0.2", "10.0.0.2"},
		"empty member":                   {"10.0.0.1", "198.51.100.1,", "10.0.0.1"},
		"with a port":                    {"10.0.0.1", "198.51.100.1:1234", "198.51.100.1"},
		"IPv6":                           {"2001:db8:1::5", "2001:db8:2::7", "2001:db8:2::7"},
		"IPv6 in brackets":               {"192.0.2.1", "[2001:db8:2::7]", "2001:db8:2::7"},
		"IPv6 with a port":               {"192.0.2.1", "[2001:db8:2::7]:80", "2001:db8:2::7"},
		"IPv4 in IPv6 is IPv4":           {"10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"},
		"a proxy's IPv4 in IPv6":         {"10.0.0.1", "198.51.100.1, ::ffff:10.0.0.2", "198.51.100.1"},
		"an address that only looks so ": {"10.0.0.1", "10.0.0.2.evil.example", "10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			got := address.Forwarded(trusted, netip.MustParseAddr(c.peer), []byte(c.header))
			if got != netip.MustParseAddr(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestNetwork(t *testing.T) {
	for from, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::", "fe80::1%eth0": "fe80::",
	} {
		if got := address.Network(netip.MustParseAddr(from)); got != netip.MustParseAddr(want) {
			t.Errorf("%s counts as %v, want %s", from, got, want)
		}
	}
	if address.Network(netip.Addr{}).IsValid() {
		t.Error("no address counts as one")
	}
}

func TestOf(t *testing.T) {
	if got := address.Of(&net.TCPAddr{IP: net.ParseIP("::ffff:192.0.2.7"), Port: 1}); got.String() != "192.0.2.7" {
		t.Errorf("got %v", got)
	}
	if address.Of(&net.UnixAddr{}).IsValid() {
		t.Error("a Unix socket has an address")
	}
}

func TestBadNetworks(t *testing.T) {
	for _, bad := range []string{"", "x", "10.0.0.0/33", "10.0.0.0/8/8", "fe80::1%eth0", "::ffff:10.0.0.0/104"} {
		if got, err := address.ParseNetworks([]string{bad}); err == nil {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
}

// E15: whatever the header, the answer is an address, and the peer's own unless the
// peer is trusted.
func FuzzForwarded(f *testing.F) {
	for _, seed := range []string{"", ",", "1.2.3.4, 10.0.0.1", "[::1]:80", "::ffff:10.0.0.2", "10.0.0.1,10.0.0.2"} {
		f.Add("10.0.0.1", seed)
	}
	trusted, err := address.ParseNetworks([]string{"10.0.0.0/8"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, from, header string) {
		peer, err := netip.ParseAddr(from)
		if err != nil {
			return
		}
		got := address.Forwarded(trusted, peer, []byte(header))
		if !got.IsValid() {
			t.Errorf("%q from %v gives no address", header, peer)
		}
		if !address.Within(trusted, peer) && got != peer {
			t.Errorf("%q from %v, who is not trusted, gives %v", header, peer, got)
		}
	})
}

// E15: a network that is taken has every address that it says, whichever way these
// are written; no other could ever match.
func FuzzParseNetworks(f *testing.F) {
	for _, seed := range []string{"10.0.0.0/8", "192.0.2.1", "::ffff:10.0.0.0/104", "::ffff:10.0.0.1", "2001:db8::/32", "fe80::1%eth0", "::/0", "0.0.0.0/0", "10.1.2.3/8"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		networks, err := address.ParseNetworks([]string{text})
		if err != nil {
			return
		}
		first := networks[0].Addr()
		if len(networks) != 1 || !address.Within(networks, first.Unmap()) {
			t.Errorf("%q is read as %v, which lacks %v", text, networks, first.Unmap())
		}
	})
}
