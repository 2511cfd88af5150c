package certs

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Store is the certificates as the files have them.
type Store struct {
	options  Options
	current  atomic.Pointer[set]
	seen     map[string]version // Watch's
	failures atomic.Uint64

	expiryDesc, failuresDesc *prometheus.Desc
}

// New checks the options and loads the certificates.
func New(o Options) (*Store, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	s := &Store{
		options: o,
		expiryDesc: prometheus.NewDesc("fingerpost_edge_tls_expiry_seconds",
			"When the certificate that is shown for a name ends, in Unix time.", []string{"name"}, nil),
		failuresDesc: prometheus.NewDesc("fingerpost_edge_tls_reload_failures_total",
			"Changes of the certificates' files that could not be used.", nil, nil),
	}
	if err := s.reload(); err != nil {
		return nil, fmt.Errorf("loading certificates: %w", err)
	}
	return s, nil
}

// reload reads the files if any of them changed since they were last read.
func (s *Store) reload() error {
	pairs, versions, err := s.options.find()
	if err != nil {
		return err
	}
	if maps.Equal(versions, s.seen) {
		return nil
	}
	next, err := load(pairs)
	if err != nil {
		return err // seen stays, so that the next look tries again
	}
	s.seen = versions
	s.current.Store(next)
	return nil
}

// Watch follows the files until ctx ends.
func (s *Store) Watch(ctx context.Context) {
	tick := time.NewTicker(s.options.Interval)
	defer tick.Stop()
	told := ""
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		before := s.current.Load()
		switch err := s.reload(); {
		case err != nil && err.Error() != told:
			told = err.Error()
			s.failures.Add(1)
			s.options.Logger.Error("new certificates cannot be used; the ones before stay", "error", err)
		case err == nil && s.current.Load() != before:
			told = ""
			s.options.Logger.Info("certificates loaded", "names", len(s.current.Load().names))
		}
	}
}

// Config is for a server's connections. HTTP/1.1 is all that it speaks.
func (s *Store) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if c := s.current.Load().choose(hello.ServerName); c != nil {
				return c, nil
			}
			return nil, fmt.Errorf("no certificate for %q", hello.ServerName)
		},
	}
}

// Describe implements prometheus.Collector.
func (s *Store) Describe(ch chan<- *prometheus.Desc) {
	ch <- s.expiryDesc
	ch <- s.failuresDesc
}

// Collect implements prometheus.Collector.
func (s *Store) Collect(ch chan<- prometheus.Metric) {
	for name, c := range s.current.Load().names {
		ch <- prometheus.MustNewConstMetric(s.expiryDesc, prometheus.GaugeValue, float64(c.Leaf.NotAfter.Unix()), name)
	}
	ch <- prometheus.MustNewConstMetric(s.failuresDesc, prometheus.CounterValue, float64(s.failures.Load()))
}
