package visit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
)

// countries knows where networks are, by a file that it follows.
type countries struct {
	path    string
	logger  *slog.Logger
	current atomic.Pointer[maxminddb.Reader]
	seen    version // reload's
}

// version tells contents of a file apart without reading it.
type version struct {
	size int64
	at   time.Time
}

// of gives the country of a network, empty if it is not known.
func (c *countries) of(network netip.Addr) string {
	if c == nil || !network.IsValid() {
		return ""
	}
	return country(c.current.Load().Lookup(network))
}

// country reads a record: IPtoASN's has a country_code, GeoLite's a country.
func country(record maxminddb.Result) string {
	var code string
	if record.DecodePath(&code, "country_code") != nil || code == "" {
		if record.DecodePath(&code, "country", "iso_code") != nil {
			return ""
		}
	}
	if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return code
}

func (c *countries) built() time.Time { return c.current.Load().Metadata.BuildTime() }

// watch looks at the file until ctx ends.
func (c *countries) watch(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	told := ""
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		err := c.reload()
		if err == nil {
			told = ""
		} else if err.Error() != told {
			told = err.Error()
			c.logger.Error("the new country file cannot be used; the one before stays", "error", err)
		}
	}
}

// reload reads the file if it changed since it was last looked at, whole: a file
// that is rewritten under a mapping would end the process.
func (c *countries) reload() error {
	info, err := os.Stat(c.path)
	if err != nil {
		return err
	}
	now := version{info.Size(), info.ModTime()}
	if now == c.seen {
		return nil
	}
	c.seen = now
	content, err := os.ReadFile(c.path)
	if err != nil {
		return err
	}
	next, err := maxminddb.OpenBytes(content)
	if err != nil {
		return fmt.Errorf("reading %s: %w", c.path, err)
	}
	if !hasCountries(next) {
		return fmt.Errorf("reading %s: %w", c.path, errors.New("its records have no country_code and no country with an iso_code"))
	}
	c.current.Store(next)
	c.logger.Info("countries loaded", "file", c.path, "built", next.Metadata.BuildTime())
	return nil
}

// hasCountries looks for a country in the first records of a file.
func hasCountries(db *maxminddb.Reader) bool {
	const enough = 1000
	n := 0
	for record := range db.Networks() {
		if country(record) != "" {
			return true
		}
		if n++; n == enough {
			break
		}
	}
	return false
}
