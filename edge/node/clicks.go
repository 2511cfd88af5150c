package node

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

// leastSpool has a segment for each of the most rings that there can be.
const leastSpool = 1 << 20

// Clicks is how clicks are kept until they are shipped, and what is found out
// about them.
type Clicks struct {
	// SpoolBytes bounds the disk that clicks take, in Data. Default 1 GiB. Negative:
	// they are kept in memory, 128 MiB at most, and lost with the process.
	SpoolBytes int64
	// SpoolSync is how often clicks are made to survive a power failure. Default
	// 100 ms.
	SpoolSync time.Duration
	// CountryDB is an mmdb file that tells an address's country. Empty: countries
	// are not known.
	CountryDB string
	// Kafka is told of every click; host:port. Empty: nobody is.
	Kafka []string
	// KafkaTopic takes the events. Default fingerpost.clicks.
	KafkaTopic string
	// KafkaUser and KafkaPassword log in there. Empty: nobody logs in.
	KafkaUser, KafkaPassword string
	// KafkaLogin is how: SCRAM-SHA-512, SCRAM-SHA-256, or PLAIN, which needs
	// KafkaTLS. Default SCRAM-SHA-512.
	KafkaLogin string
	// KafkaTLS secures the connections to Kafka; nil sends in the clear.
	KafkaTLS *tls.Config
}

func (c *Clicks) validate() error {
	switch {
	case c.SpoolBytes > 0 && c.SpoolBytes < leastSpool:
		return setting("SpoolBytes", fmt.Errorf("%d is too little; give it at least %d, or 0 to keep clicks in memory", c.SpoolBytes, leastSpool))
	case c.SpoolSync < 0 || c.SpoolSync > time.Minute:
		return setting("SpoolSync", fmt.Errorf("%s must be positive and at most 1m", c.SpoolSync))
	}
	for _, addr := range c.Kafka {
		if err := checkAddr(addr); err != nil {
			return setting("Kafka", err)
		}
	}
	if (c.KafkaUser == "") != (c.KafkaPassword == "") {
		return setting("KafkaUser", errors.New("needs a password, and a password a user; give both"))
	}
	return nil
}

func (c *Clicks) visits(o *Options) (*visit.Reader, error) {
	return visit.New(visit.Options{CountryDB: c.CountryDB, Now: o.Now, Logger: o.Logger})
}

func (c *Clicks) recorder(o *Options, plane clicks.Plane, visits clicks.Describer) clicks.Options {
	var readers []string
	if len(c.Kafka) > 0 {
		readers = append(readers, eventCursor)
	}
	return clicks.Options{
		Edge: o.ID, Data: o.Data, Bytes: c.SpoolBytes, Sync: c.SpoolSync, Readers: readers, Plane: plane, Visits: visits,
		Now: o.Now, Logger: o.Logger,
	}
}
