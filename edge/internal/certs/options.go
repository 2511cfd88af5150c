package certs

import (
	"errors"
	"log/slog"
	"time"
)

// Options of a Store.
type Options struct {
	// Path is a PEM file with a certificate and its chain, whose key is in Key; or
	// a folder. In a folder are NAME.crt or NAME.pem with NAME.key, as many as
	// there are, and folders with tls.crt and tls.key, or fullchain.pem and
	// privkey.pem, as Kubernetes and certbot make them.
	Path string
	// Key is the file of the key; empty if Path is a folder.
	Key string
	// Interval is how often the files are looked at. Default 2 s.
	Interval time.Duration
	Logger   *slog.Logger
}

func (o *Options) validate() error {
	if o.Interval == 0 {
		o.Interval = 2 * time.Second
	}
	switch {
	case o.Path == "":
		return errors.New("certs: Path is missing")
	case o.Interval < 0:
		return errors.New("certs: Interval must be positive")
	case o.Logger == nil:
		return errors.New("certs: Logger is missing")
	}
	return nil
}
