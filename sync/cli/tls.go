package cli

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// ClientTLS is the flags by which a program secures its calls to another.
// Embed it with a prefix.
type ClientTLS struct {
	CA   string `help:"File of the authorities whose servers are trusted on this hop, or 'system'. Unset: the hop is not encrypted."`
	Cert string `help:"File of the certificate shown on this hop, renewed without a restart."`
	Key  string `help:"File of that certificate's key."`
}

// Config is nil if nothing is set.
func (c ClientTLS) Config() (*tls.Config, error) {
	if c == (ClientTLS{}) {
		return nil, nil
	}
	if c.CA == "" {
		return nil, errors.New("name the authorities whose servers are trusted, or 'system'")
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "system" {
		var err error
		if config.RootCAs, err = authorities(c.CA); err != nil {
			return nil, err
		}
	}
	if c.Cert == "" && c.Key == "" {
		return config, nil
	}
	if _, err := tls.LoadX509KeyPair(c.Cert, c.Key); err != nil {
		return nil, fmt.Errorf("reading the certificate and its key: %w", err)
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return current(c.Cert, c.Key)
	}
	return config, nil
}

// ServerTLS is the flags by which a program secures calls to itself. Embed it
// with a prefix.
type ServerTLS struct {
	Cert     string `help:"File of the certificate shown to callers, renewed without a restart. Unset: calls are not encrypted."`
	Key      string `help:"File of that certificate's key."`
	ClientCA string `help:"File of the authorities by one of which a caller's certificate must be signed. Unset: callers need none."`
}

// Config is nil if nothing is set.
func (s ServerTLS) Config() (*tls.Config, error) {
	if s == (ServerTLS{}) {
		return nil, nil
	}
	if _, err := tls.LoadX509KeyPair(s.Cert, s.Key); err != nil {
		return nil, fmt.Errorf("reading the certificate and its key: %w", err)
	}
	config := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return current(s.Cert, s.Key) },
	}
	if s.ClientCA == "" {
		return config, nil
	}
	var err error
	if config.ClientCAs, err = authorities(s.ClientCA); err != nil {
		return nil, err
	}
	config.ClientAuth = tls.RequireAndVerifyClientCert
	return config, nil
}

func authorities(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the authorities: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate", file)
	}
	return pool, nil
}

// current reads the files again for each handshake: between programs there are
// few, so that is cheaper than to watch for a renewal.
func current(cert, key string) (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(cert, key)
	return &c, err
}
