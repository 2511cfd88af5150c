package conservation

import (
	"errors"
	"log/slog"
)

// Programs are the paths of what is run.
type Programs struct{ Etcd, Control, Edge string }

// Options of Run. Those without a default are required.
type Options struct {
	Programs Programs
	// Database is the URL of an empty PostgreSQL database.
	Database string
	// Dir is a folder for everything that is written.
	Dir string
	// Disk is an empty folder on a small disk of its own, for the edge's data; it
	// is filled in every other spell. "" means that there is none: all spells reach
	// SpoolBytes.
	Disk string
	// Kills is how many processes are killed, edge or control plane.
	Kills int
	// Spells is how often the edge has no room for clicks, for want of a control
	// plane that takes them.
	Spells int
	// Links and Clients are how many there are; 0 means 200 and 16.
	Links, Clients int
	// PerSecond is how many requests all clients together make outside spells; 0
	// means 5,000.
	PerSecond int
	// SpoolBytes bounds the edge's spool; 0 means 16 MiB.
	SpoolBytes int64
	// Requests is how many requests are made at least; 0 means 10,000.
	Requests uint64
	// Seed chooses what happens when, as far as machines repeat themselves.
	Seed   uint64
	Logger *slog.Logger
}

func (o *Options) complete() error {
	switch {
	case o.Programs.Etcd == "" || o.Programs.Control == "" || o.Programs.Edge == "":
		return errors.New("conservation: Programs are missing")
	case o.Database == "":
		return errors.New("conservation: Database is missing")
	case o.Dir == "":
		return errors.New("conservation: Dir is missing")
	case o.Kills < 0:
		return errors.New("conservation: Kills is negative")
	case o.Spells < 0:
		return errors.New("conservation: Spells is negative")
	case o.Links < 0 || o.Links > 500: // they are created with one call
		return errors.New("conservation: Links is negative or above 500")
	case o.Clients < 0:
		return errors.New("conservation: Clients is negative")
	case o.PerSecond < 0:
		return errors.New("conservation: PerSecond is negative")
	case o.SpoolBytes < 0:
		return errors.New("conservation: SpoolBytes is negative")
	case o.Logger == nil:
		return errors.New("conservation: Logger is missing")
	}
	if o.Links == 0 {
		o.Links = 200
	}
	if o.Clients == 0 {
		o.Clients = 16
	}
	if o.PerSecond == 0 {
		o.PerSecond = 5000
	}
	if o.SpoolBytes == 0 {
		o.SpoolBytes = 16 << 20
	}
	if o.Requests == 0 {
		o.Requests = 10_000
	}
	return nil
}
