package api

import (
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
	"github.com/fingerpost/fingerpost/controlplane/internal/limits"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/live"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
)

// Options of New. Those without a default are required.
type Options struct {
	Links  *links.Links
	Access *access.Access
	// Audit keeps who changed what.
	Audit audit.Store
	// Domains rules over our own domains.
	Domains *domains.Domains
	// Limits counts the requests of each key.
	Limits *limits.Limiter
	// Guesses counts the unknown keys that each address shows. It is another one: an
	// attacker has addresses without number, and would have keys forgotten.
	Guesses *limits.Limiter
	// Once keeps Idempotency-Keys.
	Once *idempotency.Keeper
	// Trusted are the networks of proxies that are believed when they say where a
	// request comes from.
	Trusted []netip.Prefix
	// Stats answers how often links were clicked.
	Stats *stats.Stats
	// Live tells it to those who watch.
	Live *live.Live
	// Webhooks tell other servers of what happens to links.
	Webhooks *webhooks.Webhooks
	// ShortURL is what a short link starts with, "{domain}" standing for its
	// domain, such as https://{domain}. Without it, it is that of the default
	// domain's links; others then start with https://{domain}.
	ShortURL string
	// CursorKey signs the cursors of listings; 16 bytes or more, the same on all
	// replicas.
	CursorKey []byte
	// Ranges lists which numbers were leased to whom.
	Ranges Ranges
	// Receipts knows how far the edges are.
	Receipts Receipts
	// Gate refuses requests that the database could not answer soon; nil lets all in.
	Gate Gate
	// Bodies is how many bytes may be held of all requests' bodies, beside the first
	// 64 KiB of each; reading them takes some times as much. 0 means 256 MiB.
	Bodies int64
	// Deadline bounds what a request waits for the database; 0 means 2 s.
	Deadline   time.Duration
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

func (o *Options) validate() error {
	switch {
	case o.Links == nil:
		return errors.New("api: Links is missing")
	case o.Access == nil:
		return errors.New("api: Access is missing")
	case o.Audit == nil:
		return errors.New("api: Audit is missing")
	case o.Domains == nil:
		return errors.New("api: Domains is missing")
	case o.Limits == nil:
		return errors.New("api: Limits is missing")
	case o.Guesses == nil:
		return errors.New("api: Guesses is missing")
	case o.Once == nil:
		return errors.New("api: Once is missing")
	case o.Ranges == nil:
		return errors.New("api: Ranges is missing")
	case o.Receipts == nil:
		return errors.New("api: Receipts is missing")
	case o.Stats == nil:
		return errors.New("api: Stats is missing")
	case o.Live == nil:
		return errors.New("api: Live is missing")
	case o.Webhooks == nil:
		return errors.New("api: Webhooks is missing")
	case o.ShortURL == "":
		return errors.New("api: ShortURL is missing")
	case len(o.CursorKey) < 16:
		return errors.New("api: CursorKey is shorter than 16 bytes")
	case o.Bodies < 0:
		return errors.New("api: Bodies is negative")
	case o.Deadline < 0:
		return errors.New("api: Deadline is negative")
	case o.Logger == nil:
		return errors.New("api: Logger is missing")
	case o.Registerer == nil:
		return errors.New("api: Registerer is missing")
	}
	if o.Bodies == 0 {
		o.Bodies = 256 << 20
	}
	if o.Deadline == 0 {
		o.Deadline = 2 * time.Second
	}
	return nil
}
