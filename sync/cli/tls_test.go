package cli_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/sync/cli"
)

// identity writes a certificate that signs itself, as its own authority.
func identity(t *testing.T, dir, name string, serial int64) (cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
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
	cert, key = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// handshake connects the two, and gives the server's certificate as the client
// saw it, and what went wrong on either side.
func handshake(t *testing.T, server, client *tls.Config) (serial int64, err error) {
	t.Helper()
	here, there := net.Pipe()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	served := make(chan error, 1)
	go func() {
		served <- tls.Server(there, server).HandshakeContext(ctx)
		there.Close()
	}()
	client = client.Clone()
	client.ServerName = "server"
	conn := tls.Client(here, client)
	err = conn.HandshakeContext(ctx)
	here.Close()
	if behind := <-served; err == nil {
		err = behind
	}
	if err != nil {
		return 0, err
	}
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

func TestHops(t *testing.T) {
	dir := t.TempDir()
	serverCert, serverKey := identity(t, dir, "server", 1)
	edgeCert, edgeKey := identity(t, dir, "edge", 2)
	strangerCert, strangerKey := identity(t, dir, "stranger", 3)
	plain := cli.ServerTLS{Cert: serverCert, Key: serverKey}
	mutual := plain
	mutual.ClientCA = edgeCert
	for name, c := range map[string]struct {
		server cli.ServerTLS
		client cli.ClientTLS
		ok     bool
	}{
		"server known":             {plain, cli.ClientTLS{CA: serverCert}, true},
		"server unknown":           {plain, cli.ClientTLS{CA: strangerCert}, false},
		"server unknown to system": {plain, cli.ClientTLS{CA: "system"}, false},
		"both known":               {mutual, cli.ClientTLS{CA: serverCert, Cert: edgeCert, Key: edgeKey}, true},
		"client unknown":           {mutual, cli.ClientTLS{CA: serverCert, Cert: strangerCert, Key: strangerKey}, false},
		"client without":           {mutual, cli.ClientTLS{CA: serverCert}, false},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := c.server.Config()
			if err != nil {
				t.Fatal(err)
			}
			client, err := c.client.Config()
			if err != nil {
				t.Fatal(err)
			}
			// TLS 1.3 tells a client of its refusal only with what comes after the
			// handshake; 1.2 within.
			client.MaxVersion = tls.VersionTLS12
			if _, err := handshake(t, server, client); (err == nil) != c.ok {
				t.Errorf("handshake: %v", err)
			}
		})
	}
	t.Run("renewed", func(t *testing.T) {
		server, err := plain.Config()
		if err != nil {
			t.Fatal(err)
		}
		identity(t, dir, "server", 77)
		client, err := cli.ClientTLS{CA: serverCert}.Config()
		if err != nil {
			t.Fatal(err)
		}
		if serial, err := handshake(t, server, client); serial != 77 || err != nil {
			t.Errorf("certificate %d, %v", serial, err)
		}
	})
}

func TestBadHops(t *testing.T) {
	dir := t.TempDir()
	cert, key := identity(t, dir, "edge", 1)
	for name, config := range map[string]func() (*tls.Config, error){
		"client: no authorities":       cli.ClientTLS{Cert: cert, Key: key}.Config,
		"client: no such file":         cli.ClientTLS{CA: filepath.Join(dir, "none")}.Config,
		"client: no certificate in it": cli.ClientTLS{CA: key}.Config,
		"client: no key":               cli.ClientTLS{CA: cert, Cert: cert}.Config,
		"server: no key":               cli.ServerTLS{Cert: cert}.Config,
		"server: authorities only":     cli.ServerTLS{ClientCA: cert}.Config,
		"server: no such file":         cli.ServerTLS{Cert: cert, Key: key, ClientCA: filepath.Join(dir, "none")}.Config,
	} {
		if c, err := config(); err == nil || c != nil {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	if c, err := (cli.ClientTLS{}).Config(); c != nil || err != nil {
		t.Errorf("nothing set: %v, %v", c, err)
	}
}
