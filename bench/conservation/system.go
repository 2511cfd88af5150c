package conservation

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"

	"github.com/fingerpost/fingerpost/bench/program"
	"github.com/fingerpost/fingerpost/controlplane/client"
)

// system is all that runs.
type system struct {
	etcd, control, edge *program.Program
	path                *path
	addr                string // where the edge serves
	api                 *client.Client
}

// newSystem starts everything, and ends what it has started if something fails.
func newSystem(ctx context.Context, o *Options) (s *system, err error) {
	s = new(system)
	defer func() {
		if err != nil {
			s.end()
		}
	}()
	if err = s.prepare(o); err != nil {
		return nil, err
	}
	for _, p := range []*program.Program{s.etcd, s.control, s.edge} {
		if err = p.Start(); err != nil {
			return nil, err
		}
		if err = p.Ready(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// prepare says what is to be run where. Addresses stay the same over restarts.
func (s *system) prepare(o *Options) (err error) {
	var addrs [7]string
	for i := range addrs {
		if addrs[i], err = program.Free(); err != nil {
			return err
		}
	}
	etcd, peer, api, rpc, controlOps, edgeOps := addrs[0], addrs[1], addrs[2], addrs[3], addrs[4], addrs[5]
	s.addr = addrs[6]
	if s.path, err = newPath(rpc); err != nil {
		return err
	}
	data := o.Disk
	if data == "" {
		data = filepath.Join(o.Dir, "edge")
	}
	key := rand.Text()
	s.etcd = &program.Program{Path: o.Programs.Etcd, Ops: etcd, Well: "/health", Said: filepath.Join(o.Dir, "etcd.log"), Args: []string{
		"--name", "one", "--data-dir", filepath.Join(o.Dir, "etcd"), "--log-level", "error",
		"--listen-client-urls", "http://" + etcd, "--advertise-client-urls", "http://" + etcd,
		"--listen-peer-urls", "http://" + peer, "--initial-advertise-peer-urls", "http://" + peer, "--initial-cluster", "one=http://" + peer,
	}}
	s.control = &program.Program{Path: o.Programs.Control, Ops: controlOps, Well: "/readyz", Said: filepath.Join(o.Dir, "control.log"), Args: []string{
		"serve", "--database-url", o.Database, "--etcd", etcd, "--addr", api, "--rpc-addr", rpc, "--ops-addr", controlOps,
	}, Env: []string{"FINGERPOST_ADMIN_KEY=" + key}}
	s.edge = &program.Program{Path: o.Programs.Edge, Ops: edgeOps, Well: "/readyz", Said: filepath.Join(o.Dir, "edge.log"), Args: []string{
		"--id", "edge-1", "--addr", s.addr, "--ops-addr", edgeOps, "--control", s.path.proxy.Listen, "--etcd", etcd, "--data", data,
		"--cache-bytes", "16777216", "--larder-bytes", "4194304", "--spool-bytes", fmt.Sprint(o.SpoolBytes),
	}}
	s.api, err = client.New(client.Options{URL: "http://" + api, Key: key})
	return err
}

// end ends everything at once.
func (s *system) end() {
	for _, p := range []*program.Program{s.edge, s.control, s.etcd} {
		if p != nil {
			p.Kill()
		}
	}
	if s.path != nil {
		s.path.proxy.Stop()
	}
}
