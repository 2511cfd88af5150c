//go:build linux

package peers

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/bench/load"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// startEtcd starts a feed for edges.
func startEtcd(dir, program string) (*server, error) {
	addr, err := free()
	if err != nil {
		return nil, err
	}
	peer, err := free()
	if err != nil {
		return nil, err
	}
	s, err := start("etcd", addr, clientCPU, nil, program, "--data-dir", filepath.Join(dir, "etcd"), "--log-level", "error",
		"--listen-client-urls", "http://"+addr, "--advertise-client-urls", "http://"+addr,
		"--listen-peer-urls", "http://"+peer, "--initial-advertise-peer-urls", "http://"+peer, "--initial-cluster", "default=http://"+peer)
	if err != nil {
		return nil, err
	}
	return s, publishDomain(addr)
}

func publishDomain(addr string) error {
	client, err := feed.New(feed.Options{Endpoints: []string{addr}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("connecting to etcd: %w", err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := client.PublishDomain(ctx, &wire.Domain{Name: domain, Version: 1}); err != nil {
		return fmt.Errorf("publishing the domain: %w", err)
	}
	return nil
}

// What the edges are called.
const (
	theEdge  = "edge"
	inMemory = "edge, clicks in memory"
	withFew  = "edge, few links"
	other    = "other edge"
)

// edge is an edge to be compared.
type edge struct {
	name, program string
	links         []Link   // that it has asked for when the turns begin
	flags         []string // beside those that all have
}

// start starts it with an empty memory.
func (e edge) start(f *field, id string) (*server, error) {
	addr, err := free()
	if err != nil {
		return nil, err
	}
	ops, err := free()
	if err != nil {
		return nil, err
	}
	s, err := start(e.name, addr, serverCPU, []string{"GOMAXPROCS=1"}, e.program, append(e.flags, "--id", id, "--addr", addr, "--ops-addr", ops,
		"--control", f.plane.addr, "--etcd", f.etcd.addr, "--data", filepath.Join(f.dir, id), "--cache-bytes", fmt.Sprint(f.options.CacheBytes))...)
	if err != nil {
		return nil, err
	}
	s.ops = ops
	return s, nil
}

// all asks for each link once, in order.
type all struct {
	links []Link
	wrong func(l Link, status int)
}

func (a all) Request(n uint64, buf []byte) []byte { return appendRequest(buf, a.links[n].Code) }

func (a all) Answered(n uint64, answer *load.Answer, err error) {
	if err != nil || answer.Status != 302 || string(answer.Location) != a.links[n].URL {
		a.wrong(a.links[n], answer.Status)
	}
}

// usual are a browser's headers, more or less.
const usual = "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n" +
	"Accept: text/html,*/*;q=0.8\r\nReferer: https://news.example/\r\n"

func appendRequest(buf []byte, code string) []byte { return appendHead(buf, code, usual) }

// appendHead is a request with these headers.
func appendHead(buf []byte, code, headers string) []byte {
	buf = append(buf, "GET /"...)
	buf = append(buf, code...)
	buf = append(buf, " HTTP/1.1\r\nHost: "+domain+"\r\n"...)
	return append(append(buf, headers...), "\r\n"...)
}

// told is all, and says at every fifth of the links how far it has come.
type told struct {
	all
	server string
	log    *slog.Logger
}

func (t told) Answered(n uint64, answer *load.Answer, err error) {
	t.all.Answered(n, answer, err)
	if fifth := uint64(len(t.links)+4) / 5; n%fifth == 0 {
		t.log.Info("filling", "server", t.server, "links", n, "of", len(t.links))
	}
}

// warm has the edge ask for links.
func warm(ctx context.Context, s *server, links []Link, log *slog.Logger) error {
	if err := await(ctx, s, links[0]); err != nil {
		return err
	}
	for again := 0; ; again++ {
		wrong, status, err := ask(ctx, s, links, log)
		if err == nil && len(wrong) > 0 && again == 3 {
			err = fmt.Errorf("%d of %d answers were wrong, the last of status %d", len(wrong), len(links), status)
		}
		if err != nil {
			return fmt.Errorf("asking %s for its links: %w", s.name, err)
		}
		if len(wrong) == 0 {
			return nil
		}
		links = wrong // on a busy machine an edge may have no answer in time
	}
}

// ask asks for links, and gives those that were answered wrongly, and how the last
// of them was.
func ask(ctx context.Context, s *server, links []Link, log *slog.Logger) (wrong []Link, last int, err error) {
	var mu sync.Mutex
	_, err = load.Run(ctx, load.Options{
		Addrs: []string{s.addr}, Connections: 64, Requests: uint64(len(links)),
		Source: told{all{links: links, wrong: func(l Link, status int) {
			mu.Lock()
			defer mu.Unlock()
			wrong, last = append(wrong, l), status
		}}, s.name, log},
	})
	return wrong, last, err
}

// await waits until the edge answers with a link: it has to learn its domains.
func await(ctx context.Context, s *server, l Link) error {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		status := 0
		_, err := load.Run(ctx, load.Options{
			Addrs: []string{s.addr}, Connections: 1, Requests: 1,
			Source: all{links: []Link{l}, wrong: func(_ Link, was int) { status = was }},
		})
		if err == nil && status == 0 {
			return nil
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return fmt.Errorf("waiting for %s to answer: status %d, %w", s.name, status, err)
		}
	}
}
