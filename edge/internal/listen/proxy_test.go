package listen_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/listen"
)

const signature = "\r\n\r\n\x00\r\nQUIT\n"

// proxyHeader is what a proxy sends first.
func proxyHeader(command, family byte, body string) string {
	return signature + string([]byte{command, family}) + string(binary.BigEndian.AppendUint16(nil, uint16(len(body)))) + body
}

func ports(from, to uint16) string {
	return string(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, from), to))
}

// TestProxyProtocol reads a header of each kind, with a request right behind it.
func TestProxyProtocol(t *testing.T) {
	ip4 := "\xcb\x00\x71\x09" + "\x0a\x00\x00\x01" + ports(1234, 80)
	ip6 := netip.MustParseAddr("2001:db8::9").As16()
	six := string(ip6[:]) + string(ip6[:]) + ports(1234, 80)
	for name, c := range map[string]struct{ header, client string }{
		"IPv4":                       {proxyHeader(0x21, 0x11, ip4), "203.0.113.9:1234"},
		"IPv4 with extensions":       {proxyHeader(0x21, 0x11, ip4+"\x04\x00\x03abc"), "203.0.113.9:1234"},
		"IPv6":                       {proxyHeader(0x21, 0x21, six), "[2001:db8::9]:1234"},
		"IPv4 in IPv6":               {proxyHeader(0x21, 0x21, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xcb\x00\x71\x09"+six[16:]), "203.0.113.9:1234"},
		"the proxy's own":            {proxyHeader(0x20, 0x00, ""), "127.0.0.1"},
		"the proxy's own, addressed": {proxyHeader(0x20, 0x11, ip4), "127.0.0.1"},
		"not TCP":                    {proxyHeader(0x21, 0x31, strings.Repeat("x", 216)), "127.0.0.1"},
		"none":                       {"", ""},
		"version 1":                  {"PROXY TCP4 203.0.113.9 10.0.0.1 1234 80\r\n", ""},
		"unknown command":            {proxyHeader(0x22, 0x11, ip4), ""},
		"version 3":                  {proxyHeader(0x31, 0x11, ip4), ""},
		"too short for IPv4":         {proxyHeader(0x21, 0x11, ip4[:11]), ""},
		"too short for IPv6":         {proxyHeader(0x21, 0x21, ip4), ""},
		"too long":                   {proxyHeader(0x21, 0x11, strings.Repeat("x", 60_000)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := open(t, listen.Limits{}, func(o *listen.Options) {
				o.ProxyProtocol, o.Trusted = true, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
			})
			conns := accepting(t, l)
			client := dial(t, l)
			if _, err := io.WriteString(client, c.header+"GET / and what follows"); err != nil {
				t.Fatal(err)
			}
			client.(*net.TCPConn).CloseWrite()
			server := <-conns
			defer server.Close()
			got, err := io.ReadAll(server)
			if c.client == "" {
				if err == nil || len(got) > 0 {
					t.Errorf("read %q, %v", got, err)
				}
				return
			}
			if err != nil || string(got) != "GET / and what follows" {
				t.Errorf("read %q, %v", got, err)
			}
			if from := server.RemoteAddr().String(); !strings.HasPrefix(from, c.client) {
				t.Errorf("from %s, want %s", from, c.client)
			}
		})
	}
}

// Who is not trusted is not listened to: its header is what a request would be.
func TestProxyProtocolOfStrangers(t *testing.T) {
	l, _ := open(t, listen.Limits{}, func(o *listen.Options) {
		o.ProxyProtocol, o.Trusted = true, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	conns := accepting(t, l)
	client := dial(t, l)
	header := proxyHeader(0x20, 0, "")
	if _, err := io.WriteString(client, header); err != nil {
		t.Fatal(err)
	}
	server := <-conns
	defer server.Close()
	got := make([]byte, len(header))
	if _, err := io.ReadFull(server, got); err != nil || string(got) != header {
		t.Errorf("read %q, %v", got, err)
	}
}
