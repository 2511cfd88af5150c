package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/fingerpost/fingerpost/bench/conservation"
	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/bench/report"
	"github.com/fingerpost/fingerpost/sync/cli"
)

// ledger are the flags of "bench verify --clicks".
type ledger struct {
	Clicks bool   `help:"Instead, start a system of our own (PostgreSQL, etcd, a control plane, an edge), kill it under load, and hold its counts to what clients received."`
	Kills  int    `help:"With --clicks: how often the edge or the control plane is killed." default:"0"`
	Spells int    `help:"With --clicks: how often the edge has no room for clicks. -1: once in 20 kills." default:"-1"`
	Disk   int64  `help:"With --clicks, as root: size in bytes of a disk of its own for the edge, which every other spell fills. 0: none." default:"0"`
	Keep   string `help:"With --clicks: a folder for all that is written, which is kept. Default: a temporary one." placeholder:"DIR"`
}

// run starts, kills and judges.
func (l *ledger) run(ctx context.Context, seed uint64, json string, log *slog.Logger) error {
	dir, err := l.folder()
	if err != nil {
		return cli.Start(err)
	}
	if l.Keep == "" {
		defer os.RemoveAll(dir)
	}
	o := conservation.Options{Dir: dir, Kills: l.Kills, Spells: l.Spells, Seed: seed, Logger: log}
	if o.Spells < 0 {
		o.Spells = (o.Kills + 19) / 20
	}
	if err := l.programs(ctx, &o); err != nil {
		return cli.Start(err)
	}
	server, err := postgres.Run(filepath.Join(dir, "postgres"), log)
	if err != nil {
		return cli.Start(err)
	}
	defer server.Stop() // what it would tell is of no use to anybody
	o.Database = server.URL("postgres")
	if l.Disk > 0 {
		o.Disk = filepath.Join(dir, "disk")
		release, err := conservation.SmallDisk(o.Disk, l.Disk)
		if err != nil {
			return cli.Start(fmt.Errorf("--disk: %w", err))
		}
		defer release()
	}
	return l.judge(ctx, o, json)
}

func (l *ledger) judge(ctx context.Context, o conservation.Options, json string) error {
	r, err := conservation.Run(ctx, o)
	if r == nil {
		return cli.Start(err)
	}
	if err := report.Write(os.Stdout, r.Sections()); err != nil {
		return err
	}
	if json != "" {
		if err := report.WriteJSON(json, r); err != nil {
			return err
		}
	}
	if err == nil && !r.Held {
		return errNotHeld
	}
	return err
}

func (l *ledger) folder() (string, error) {
	if l.Kills < 0 || l.Disk < 0 {
		return "", fmt.Errorf("--kills and --disk must not be negative")
	}
	if l.Keep != "" {
		return filepath.Abs(l.Keep)
	}
	dir, err := os.MkdirTemp("", "fingerpost-clicks-")
	if err != nil {
		return "", fmt.Errorf("making a folder: %w", err)
	}
	// PostgreSQL runs as another user than root, and has its folder below.
	return dir, os.Chmod(dir, 0o711)
}

func (l *ledger) programs(ctx context.Context, o *conservation.Options) (err error) {
	for _, folder := range []string{"programs", "postgres"} {
		if err := os.MkdirAll(filepath.Join(o.Dir, folder), 0o711); err != nil {
			return fmt.Errorf("making a folder: %w", err)
		}
	}
	for _, p := range []struct {
		pkg string
		to  *string
	}{
		{"go.etcd.io/etcd/server/v3", &o.Programs.Etcd},
		{"github.com/fingerpost/fingerpost/controlplane", &o.Programs.Control},
		{"github.com/fingerpost/fingerpost/edge", &o.Programs.Edge},
	} {
		if *p.to, err = built(ctx, filepath.Join(o.Dir, "programs"), "", p.pkg, o.Logger); err != nil {
			return err
		}
	}
	return nil
}
