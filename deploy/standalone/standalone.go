package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/deploy/standalone/etcd"
	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/cli"
	"github.com/fingerpost/fingerpost/sync/folder"
)

// standalone wires the parts together. They start in the order in which they
// need each other and stop in the reverse: the edge ships its last clicks while
// the control plane still books them.
type standalone struct {
	command
	log     *slog.Logger
	control *server.Server
	edge    *node.Node
	undo    []func(context.Context) error
}

// start runs the parts until the edge answers. If it fails, it has undone what
// it did.
func (s *standalone) start(ctx context.Context) error {
	for _, begin := range []func(context.Context) error{s.makeData, s.startEtcdAndControl, s.startEdge} {
		if err := begin(ctx); err != nil {
			return errors.Join(err, s.stop())
		}
	}
	return nil
}

func (s *standalone) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	var errs []error
	for _, undo := range slices.Backward(s.undo) {
		errs = append(errs, undo(ctx))
	}
	s.undo = nil
	return errors.Join(errs...)
}

func (s *standalone) makeData(context.Context) error {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return fmt.Errorf("--data %s cannot be made: %w; choose a folder that this user may write", s.Data, errors.Unwrap(err))
	}
	// Without the lock, etcd would wait for another process, and hear no signal.
	unlock, err := folder.Lock(s.Data)
	if err != nil {
		return fmt.Errorf("--data %s cannot be locked: %w; choose another folder", s.Data, err)
	}
	s.undo = append(s.undo, func(context.Context) error { return unlock() })
	return nil
}

func (s *standalone) startEtcdAndControl(ctx context.Context) error {
	feed, err := etcd.New(etcd.Options{Dir: filepath.Join(s.Data, "etcd"), Logger: s.log.With("part", "etcd")})
	if err != nil {
		return err
	}
	if err := feed.Start(ctx); err != nil {
		return err
	}
	s.undo = append(s.undo, feed.Stop)

	if s.EdgeAddr, err = settled(s.EdgeAddr); err != nil {
		return fmt.Errorf("--edge-addr: %w", err)
	}
	if err := s.prepareControl(feed.Addr()); err != nil {
		return err
	}
	if err := s.control.Start(ctx); err != nil {
		return err
	}
	s.undo = append(s.undo, s.control.Stop)
	return s.prepareEdge(feed.Addr())
}

func (s *standalone) prepareControl(feedAddr string) error {
	words, err := server.ReadWords(s.OffensiveWords)
	if err != nil {
		return err
	}
	keys, err := s.MasterKeys()
	if err != nil {
		return err
	}
	s.control, err = server.New(server.Options{
		DatabaseURL:     "sqlite:" + filepath.Join(s.Data, "fingerpost.db"),
		Etcd:            []string{feedAddr},
		Addr:            s.ControlAddr,
		RPCAddr:         "127.0.0.1:0",
		OpsAddr:         s.ControlOpsAddr,
		Domain:          s.Domain,
		ShortURL:        s.shortURL(),
		Offensive:       words,
		PrivateWebhooks: s.PrivateWebhooks,
		MasterKeys:      keys,
		AdminKey:        s.AdminKey,
		TrustedProxies:  s.TrustedProxies,
		Logger:          s.log.With("part", "control"),
	})
	return err
}

func (s *standalone) prepareEdge(feedAddr string) (err error) {
	defer func() { err = s.ownFlag(err) }()
	kafka, err := s.KafkaTLS.Config()
	if err != nil {
		return fmt.Errorf("--kafka-ca, --kafka-cert, --kafka-key: %w", err)
	}
	s.edge, err = node.New(node.Options{
		ID:         "standalone",
		Addr:       s.EdgeAddr,
		OpsAddr:    s.EdgeOpsAddr,
		Control:    []string{s.control.RPCAddr()},
		Etcd:       []string{feedAddr},
		Data:       filepath.Join(s.Data, "edge"),
		CacheBytes: s.CacheBytes,
		Clicks:     node.Clicks{CountryDB: s.CountryDB, Kafka: s.Kafka, KafkaTopic: s.KafkaTopic, KafkaUser: s.KafkaUser, KafkaLogin: s.KafkaLogin, KafkaPassword: s.KafkaPassword, KafkaTLS: kafka},
		MaxStale:   s.MaxStale,
		Public:     node.Public{TrustedProxies: s.TrustedProxies},
		Build:      cli.Build(),
		Logger:     s.log.With("part", "edge"),
	})
	return err
}

func (s *standalone) startEdge(ctx context.Context) error {
	if err := s.edge.Start(ctx); err != nil {
		return s.ownFlag(err)
	}
	s.undo = append(s.undo, s.edge.Stop)
	return s.edge.WaitReady(ctx)
}

// ownFlag names this program's flag in an error about one of the edge's
// settings.
func (s *standalone) ownFlag(err error) error {
	var wrong *node.SettingError
	flags := map[string]string{"Addr": "--edge-addr", "OpsAddr": "--edge-ops-addr", "Data": "--data", "CacheBytes": "--cache-bytes", "CountryDB": "--country-db", "Kafka": "--kafka", "KafkaUser": "--kafka-user", "MaxStale": "--max-stale", "TrustedProxies": "--trusted-proxies"}
	if errors.As(err, &wrong) && flags[wrong.Setting] != "" {
		return fmt.Errorf("%s: %w", flags[wrong.Setting], wrong.Err)
	}
	return err
}

// shortURL is where this process answers short links, unless the flag says
// otherwise.
func (s *standalone) shortURL() string {
	if s.ShortURL != "" || s.Domain != "localhost" {
		return s.ShortURL
	}
	_, port, _ := net.SplitHostPort(s.EdgeAddr) // settled has read it
	return "http://localhost:" + port
}

// settled replaces port 0 by a free one: the control plane, which starts first,
// has to know how short links are written.
func settled(addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("%q is not HOST:PORT", addr)
	}
	if port != "0" {
		return addr, nil
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
