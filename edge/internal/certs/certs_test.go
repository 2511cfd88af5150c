package certs_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/edge/internal/certs"
)

// write makes a certificate for names, which ends after days.
func write(t testing.TB, cert, key string, days int, names ...string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(days)), DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, days),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		key: {Type: "PRIVATE KEY", Bytes: private}, cert: {Type: "CERTIFICATE", Bytes: der},
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// shown is the serial number of the certificate that a client of this name
// gets, which is how many days it lives; 0 if it gets none.
func shown(s *certs.Store, name string) int64 {
	c, err := s.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: name})
	if err != nil {
		return 0
	}
	return c.Leaf.SerialNumber.Int64()
}

func open(t testing.TB, o certs.Options) *certs.Store {
	t.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	s, err := certs.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func folder(t testing.TB) string {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write(t, in("a.crt"), in("a.key"), 1, "a.example", "www.a.example")
	write(t, in("b.pem"), in("b.key"), 2, "*.b.example")
	write(t, in("c/tls.crt"), in("c/tls.key"), 3, "C.example")
	write(t, in("d/fullchain.pem"), in("d/privkey.pem"), 4, "www.a.example")
	write(t, in("half.crt"), in("elsewhere/half.key"), 5, "half.example")
	return dir
}

func TestChosenByName(t *testing.T) {
	s := open(t, certs.Options{Path: folder(t)})
	for name, want := range map[string]int64{
		"a.example": 1, "A.Example": 1, "a.example.": 1, "": 1, "x.b.example": 2, "c.example": 3,
		"www.a.example": 4, // two have it; this one lives longer
		"b.example":     0, "x.y.b.example": 0, "half.example": 0, "other.example": 0, "127.0.0.1": 0,
	} {
		if got := shown(s, name); got != want {
			t.Errorf("%q gets certificate %d, want %d", name, got, want)
		}
	}
}

func TestOneFile(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "x"), filepath.Join(dir, "y")
	write(t, cert, key, 7, "a.example")
	s := open(t, certs.Options{Path: cert, Key: key})
	if shown(s, "a.example") != 7 || shown(s, "other.example") != 7 {
		t.Error("the only certificate is not shown to everybody")
	}
}

// A renewed certificate is shown without a restart; a broken one never is.
func TestReload(t *testing.T) {
	dir := folder(t)
	s := open(t, certs.Options{Path: dir, Interval: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { s.Watch(ctx) })
	defer watching.Wait()
	defer cancel()
	cert, key := filepath.Join(dir, "a.crt"), filepath.Join(dir, "a.key")
	write(t, cert, key, 30, "a.example")
	until(t, "the renewed one is shown", func() bool { return shown(s, "a.example") == 30 })
	if err := os.WriteFile(cert, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, "the failure is counted", func() bool { return counted(t, s) > 0 })
	if shown(s, "a.example") != 30 || shown(s, "c.example") != 3 {
		t.Error("a broken file took certificates away")
	}
	write(t, cert, key, 60, "a.example")
	until(t, "the mended one is shown", func() bool { return shown(s, "a.example") == 60 })
	if err := os.RemoveAll(filepath.Join(dir, "c")); err != nil {
		t.Fatal(err)
	}
	until(t, "a removed one is not shown", func() bool { return shown(s, "c.example") == 0 })
}

// What could not be read is read again, although the files look as they did: an
// error may have been a shortage of open files, and the next renewal is far away.
func TestReloadTriesAgain(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "a.crt"), filepath.Join(dir, "a.key")
	write(t, cert, key, 1, "a.example")
	s := open(t, certs.Options{Path: dir, Interval: time.Millisecond})
	write(t, cert, key, 2, "a.example")
	good, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(time.Minute)
	put := func(text []byte) {
		t.Helper()
		next := filepath.Join(dir, "next")
		if err := errors.Join(os.WriteFile(next, text, 0o600), os.Chtimes(next, at, at), os.Rename(next, cert)); err != nil {
			t.Fatal(err)
		}
	}
	put(make([]byte, len(good)))
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { s.Watch(ctx) })
	defer watching.Wait()
	defer cancel()
	until(t, "the failure is counted", func() bool { return counted(t, s) > 0 })
	put(good)
	until(t, "the renewed one is shown", func() bool { return shown(s, "a.example") == 2 })
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never happened: ", what)
		}
	}
}

// counted is the number of failures.
func counted(t *testing.T, s *certs.Store) (n float64) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(s)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "fingerpost_edge_tls_reload_failures_total" {
			n = f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return n
}

// The handshake offers HTTP/1.1 alone, and nothing before TLS 1.2.
func TestHandshake(t *testing.T) {
	s := open(t, certs.Options{Path: folder(t)})
	for name, c := range map[string]struct {
		client *tls.Config
		ok     bool
	}{
		"usual":       {&tls.Config{ServerName: "c.example", NextProtos: []string{"h2", "http/1.1"}}, true},
		"HTTP/2 only": {&tls.Config{ServerName: "c.example", NextProtos: []string{"h2"}}, false},
		"old":         {&tls.Config{ServerName: "c.example", MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
		"unknown":     {&tls.Config{ServerName: "z.example"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			here, there := net.Pipe()
			c.client.InsecureSkipVerify = true // the tests' certificates sign themselves
			var serving sync.WaitGroup
			serving.Go(func() {
				_ = tls.Server(there, s.Config()).HandshakeContext(t.Context())
				there.Close()
			})
			conn := tls.Client(here, c.client)
			err := conn.HandshakeContext(t.Context())
			if (err == nil) != c.ok {
				t.Errorf("handshake: %v", err)
			}
			if p := conn.ConnectionState().NegotiatedProtocol; err == nil && p != "http/1.1" {
				t.Errorf("protocol %q", p)
			}
			here.Close()
			serving.Wait()
		})
	}
}

func TestBadFiles(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]certs.Options{
		"nothing": {}, "no such file": {Path: filepath.Join(dir, "none")}, "empty folder": {Path: dir},
		"no key": {Path: file}, "no certificate": {Path: file, Key: file}, "folder and key": {Path: dir, Key: file},
	} {
		o.Logger = slog.New(slog.DiscardHandler)
		if _, err := certs.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
