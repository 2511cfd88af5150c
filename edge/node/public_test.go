package node_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/promise"
	"github.com/fingerpost/fingerpost/edge/node"
)

// certificate writes one for 127.0.0.1 and gives its files and who trusts it.
func certificate(t *testing.T) (cert, key string, trust *x509.CertPool) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trust = x509.NewCertPool()
	trust.AddCert(leaf)
	cert, key = filepath.Join(t.TempDir(), "cert"), filepath.Join(t.TempDir(), "key")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key, trust
}

// Redirects over TLS are those of the plain port, with the same refusals.
func TestTLS(t *testing.T) {
	o, _ := backend(t)
	cert, key, trust := certificate(t)
	o.Public.TLSAddr, o.Public.TLSCert, o.Public.TLSKey = "127.0.0.1:0", cert, key
	n := startReady(t, o)
	defer stop(t, n)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	for range 3 {
		r, err := http.NewRequest(http.MethodGet, "https://"+n.TLSAddr()+"/code", nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != 302 || a.Header.Get("Location") != "https://t.example/" || a.ProtoMajor != 1 {
			t.Errorf("answered %d, Location %q, %s", a.StatusCode, a.Header.Get("Location"), a.Proto)
		}
	}
	conn, err := tls.Dial("tcp", n.TLSAddr(), &tls.Config{RootCAs: trust})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET /code HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n")
	if all, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(all), "HTTP/1.1 400 ") {
		t.Errorf("a folded header over TLS: %q, %v", all, err)
	}
}

// A client that says nothing, on either port, holds up nobody.
func TestE14SilentClientsHoldUpNobody(t *testing.T) {
	o, _ := backend(t)
	cert, key, trust := certificate(t)
	o.Public.TLSAddr, o.Public.TLSCert, o.Public.TLSKey = "127.0.0.1:0", cert, key
	n := startReady(t, o)
	for i := range 100 {
		for _, addr := range []string{n.Addr(), n.TLSAddr()} {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, _ = io.WriteString(c, "GET /co\x16\x03\x01"[:i%8])
		}
	}
	if status, to := answer(t, "http://"+n.Addr()+"/code"); status != 302 {
		t.Errorf("answered %d %s", status, to)
	}
	conn, err := tls.Dial("tcp", n.TLSAddr(), &tls.Config{RootCAs: trust})
	if err != nil {
		t.Errorf("TLS: %v", err)
	} else {
		conn.Close()
	}
	begin := time.Now()
	stop(t, n)
	if took := time.Since(begin); took > promise.Within(5*time.Second) {
		t.Errorf("stopping took %v", took)
	}
}

func TestBadPublicSettings(t *testing.T) {
	cert, key, _ := certificate(t)
	for name, c := range map[string]struct {
		change  func(*node.Public)
		setting string
	}{
		"TLS address":          {func(p *node.Public) { p.TLSAddr, p.TLSCert, p.TLSKey = "x", cert, key }, "TLSAddr"},
		"TLS port":             {func(p *node.Public) { p.TLSAddr, p.TLSCert, p.TLSKey = "192.0.2.1:1", cert, key }, "TLSAddr"},
		"no certificate":       {func(p *node.Public) { p.TLSAddr = "127.0.0.1:0" }, "TLSCert"},
		"useless certificate":  {func(p *node.Public) { p.TLSCert, p.TLSKey = cert, key }, "TLSCert"},
		"no key":               {func(p *node.Public) { p.TLSAddr, p.TLSCert = "127.0.0.1:0", cert }, "TLSCert"},
		"proxies":              {func(p *node.Public) { p.TrustedProxies = []string{"10.0.0.0/99"} }, "TrustedProxies"},
		"nobody trusted":       {func(p *node.Public) { p.ProxyProtocol = true }, "ProxyProtocol"},
		"negative connections": {func(p *node.Public) { p.MaxConnections = -1 }, "MaxConnections"},
		"negative of address":  {func(p *node.Public) { p.MaxConnectionsPerAddress = -1 }, "MaxConnectionsPerAddress"},
		"negative burst":       {func(p *node.Public) { p.UnknownBurst = -1 }, "UnknownBurst"},
		"endless drain":        {func(p *node.Public) { p.Drain = time.Minute }, "Drain"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			c.change(&o.Public)
			n, err := node.New(o)
			if err == nil {
				err = n.Start(t.Context())
			}
			var s *node.SettingError
			if !errors.As(err, &s) || s.Setting != c.setting {
				t.Errorf("error %v, want one about %s", err, c.setting)
			}
		})
	}
}
