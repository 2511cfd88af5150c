//go:build linux

package peers

import (
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"time"
)

// Options of a comparison.
type Options struct {
	// Edge, Etcd and Bench are the programs; Bench is this one, which is the floor
	// when it is started with "floor" and an address.
	Edge, Etcd, Bench string
	// Against is another edge's program, to compare two builds. Default: none.
	Against string
	// URLs are the targets, the most popular first; there are as many links.
	URLs []string
	// Few is how many links another edge holds, to tell what more of them cost.
	// Default: instead of that edge there is one with its clicks in memory, for a
	// third one full of links would take longer to fill than all else takes.
	Few int
	// CacheBytes is each edge's memory for them. Default 512 MiB.
	CacheBytes int64
	// Rounds is how often each server has its turn. Default 5.
	Rounds int
	// Turn is how long one is. Default 2 s.
	Turn time.Duration
	// Connections of the client. Default 64.
	Connections int
	// Tail is for how long requests come at fixed intervals, to the edge and to
	// nginx. Default: that is left out.
	Tail time.Duration
	// Idle is how many idle connections the edge is given. Default none.
	Idle int
	// Logger is told how far it has come. Required.
	Logger *slog.Logger
}

// Missing names the tools that are not installed, or is nil.
func Missing() error {
	var missing []string
	for _, tool := range []string{"nginx", "haproxy", "wrk", "taskset"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("not installed: %s", strings.Join(missing, ", "))
	}
	return nil
}

func (o *Options) validate() error {
	if o.CacheBytes == 0 {
		o.CacheBytes = 512 << 20
	}
	if o.Rounds == 0 {
		o.Rounds = 5
	}
	if o.Turn == 0 {
		o.Turn = 2 * time.Second
	}
	if o.Connections == 0 {
		o.Connections = 64
	}
	switch {
	case o.Edge == "" || o.Etcd == "" || o.Bench == "":
		return errors.New("peers: Edge, Etcd and Bench are programs, and one is missing")
	case len(o.URLs) == 0:
		return errors.New("peers: URLs is empty")
	case o.Few < 0 || o.Few > len(o.URLs):
		return errors.New("peers: Few must be neither negative nor more than the URLs")
	case o.Logger == nil:
		return errors.New("peers: Logger is missing")
	case o.Rounds < 0 || o.Turn < time.Second || o.Connections < 0 || o.Tail < 0 || o.Idle < 0:
		return errors.New("peers: Rounds, Connections, Tail and Idle must be positive, and Turn a second or more")
	}
	return nil
}

// links gives each URL a code of seven characters.
func (o *Options) links() []Link {
	links := make([]Link, len(o.URLs))
	for i, url := range o.URLs {
		// Scattered over all codes, as real ones are.
		links[i] = Link{Code: base62(uint64(i)*2_654_435_761%3_521_614_606_208, 7), URL: url}
	}
	return links
}

func base62(n uint64, length int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	b := make([]byte, length)
	for i := length - 1; i >= 0; i-- {
		b[i], n = digits[n%62], n/62
	}
	return string(b)
}
