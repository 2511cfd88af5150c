//go:build linux

package scale

import (
	"errors"
	"fmt"
	"log/slog"
)

// Programs are the paths of what is run.
type Programs struct{ Etcd, Control, Edge string }

// Options of Run. Those without a default are required.
type Options struct {
	Programs Programs
	// Dir keeps the large database: it is filled once. The user that PostgreSQL runs
	// as must be able to enter it.
	Dir string
	// Many and Few are how many links the two stores hold.
	Many, Few int
	// Written is how many of them the control plane creates at most; the rest are
	// copies. At most 255 copies are made of each.
	Written int
	// Held is how many mappings the large system's edge holds; the small one's holds
	// half of Few.
	Held int
	// URLs are what links lead to.
	URLs []string
	// Rounds is how often each system has its turn; 0 only fills the database.
	Rounds int
	// Only is what the names of the measures to take have in common.
	Only string
	// Singles and Bulks are how many links each turn creates one by one, and how many
	// thousands in bulk; Lookups is how many misses it resolves, Queries how often it
	// asks each listing, Redirects how many redirects it asks for.
	Singles, Bulks, Lookups, Queries, Redirects int
	// Clients work at once, and Rate redirects come in a second.
	Clients, Rate int
	// Settings of PostgreSQL, as name=value.
	Settings []string
	Logger   *slog.Logger
}

// mostCopies is what two hexadecimal digits can name, beside the original.
const mostCopies = 255

func (o *Options) validate() error {
	switch {
	case o.Programs.Etcd == "" || o.Programs.Control == "" || o.Programs.Edge == "":
		return errors.New("scale: Programs are missing")
	case o.Dir == "":
		return errors.New("scale: Dir is missing")
	case o.Few < 1000 || o.Few > o.Many:
		return errors.New("scale: Few is below 1,000 or above Many")
	case o.Written < 1000 || o.copies(o.Many) > mostCopies:
		return fmt.Errorf("scale: Written is below 1,000 or less than a %dth of Many", mostCopies+1)
	case o.Held < 1 || o.Held > o.Many/2:
		return errors.New("scale: Held is not between 1 and half of Many")
	case len(o.URLs) == 0:
		return errors.New("scale: URLs is empty")
	case o.Rounds < 0:
		return errors.New("scale: Rounds is negative")
	case min(o.Singles, o.Bulks, o.Lookups, o.Queries, o.Redirects, o.Clients, o.Rate) < 1:
		return errors.New("scale: Singles, Bulks, Lookups, Queries, Redirects, Clients and Rate must be positive")
	case o.Logger == nil:
		return errors.New("scale: Logger is missing")
	}
	return nil
}

// copies is how many copies of what is written make size links, or a little more.
func (o *Options) copies(size int) int { return (size+o.Written-1)/o.Written - 1 }
