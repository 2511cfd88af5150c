//go:build linux

package scale

import (
	"context"
	_ "embed" // the script
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fingerpost/fingerpost/bench/workload"
	"github.com/fingerpost/fingerpost/controlplane/client"
)

//go:embed fill.sql
var fillSQL string

// fill puts links into the store, unless that was done before.
func (s *system) fill(ctx context.Context) error {
	done := filepath.Join(s.kept, "filled")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	log, start := s.options.Logger.With("links", s.size), time.Now()
	log.Info("filling a store")
	copies := s.options.copies(s.size)
	if err := s.write(ctx, s.size/(copies+1)); err != nil {
		return fmt.Errorf("creating links: %w", err)
	}
	log.Info("multiplying what was written", "copies", copies)
	if err := s.multiply(ctx, copies); err != nil {
		return fmt.Errorf("multiplying links: %w", err)
	}
	log.Info("filled", "took", time.Since(start).Round(time.Second))
	return os.WriteFile(done, nil, 0o600)
}

// write has the control plane create n links, and ends it.
func (s *system) write(ctx context.Context, n int) error {
	if err := s.start(ctx, s.etcd, s.control); err != nil {
		return err
	}
	targets, random := workload.Targets(s.options.URLs, n), rand.New(rand.NewPCG(1, uint64(n)))
	group, ctx2 := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for first := 0; first < n; first += client.MaxBulk {
		all := make([]client.NewLink, 0, client.MaxBulk)
		for i := first; i < min(first+client.MaxBulk, n); i++ {
			all = append(all, newLink(random, targets[i], i))
		}
		group.Go(func() error { return patiently(ctx2, func() error { return s.createAll(ctx2, all) }) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := s.quiet(ctx); err != nil {
		return fmt.Errorf("waiting for what follows: %w", err)
	}
	if err := s.control.Stop(ctx); err != nil {
		return err
	}
	s.etcd.Kill()
	return os.RemoveAll(filepath.Join(s.dir, "etcd")) // it would know other versions than the copies have
}

// rareEvery is how many links lie between two with the rare word and tag.
const rareEvery = 10_000

// words of titles. Each occurs in one link of ten, or so.
func words() []string {
	return strings.Fields("autumn sale poster mail campaign winter spring offer ticket concert museum travel guide annual report invoice kitchen garden shoes hotel market")
}

// newLink is a link of a campaign. Its URL ends in what fill.sql replaces.
func newLink(random *rand.Rand, target string, i int) client.NewLink {
	all := words()
	l := client.NewLink{
		LongURL: workload.Variant(target, "copy00"), Title: all[random.IntN(len(all))] + " " + all[random.IntN(len(all))],
		Tags: []string{fmt.Sprintf("t%d", i%50)},
	}
	if i%rareEvery == rareEvery/20 {
		l.Title, l.Tags = l.Title+" unicorn", append(l.Tags, "rare")
	}
	return l
}

// createAll creates those of all that are not there yet: a repeated call makes no
// more.
func (s *system) createAll(ctx context.Context, all []client.NewLink) error {
	items, err := s.api.CreateAll(ctx, all)
	if err != nil {
		return err
	}
	for i, item := range items {
		all[i].IfExists = "return" // should it be repeated
		if item.URL == nil {
			err = item.Problem
		}
	}
	return err
}

// multiply makes copies. Nobody else uses the database meanwhile, and should the
// machine fail, it is made anew.
func (s *system) multiply(ctx context.Context, copies int) error {
	s.database.Set("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=4GB", "autovacuum=off",
		"shared_buffers=512MB", "work_mem=256MB", "maintenance_work_mem=1GB", "max_parallel_maintenance_workers=0")
	if err := s.database.Restart(); err != nil {
		return err
	}
	if _, err := psql(ctx, s.url(), fillSQL, fmt.Sprint("copies=", copies)); err != nil {
		return err
	}
	s.database.Set(s.options.Settings...)
	return s.database.Restart()
}
