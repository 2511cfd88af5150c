package visit

import (
	"context"
	"fmt"
	"net/netip"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// Visit is what a click brought with it. The slices are not kept.
type Visit struct {
	// Agent, Referrer and Language are the headers' values, or what was kept of
	// them; Query is what follows the target's question mark.
	Agent, Referrer, Language, Query []byte
	// Network is where the visitor is; not valid if that is not known.
	Network netip.Addr
}

// Facts is what is known of a visitor; empty is unknown.
type Facts struct {
	// Bot is the name of the program if no person made the click. Browser, OS and
	// Device are then empty: what a program claims about them is not so.
	Bot         string
	Browser, OS string
	Device      string // desktop, mobile, tablet, tv or other
	Country     string // ISO 3166-1 alpha-2
	Referrer    string // host, in lower case
	Language    string // primary subtag, in lower case

	Source, Medium, Campaign string // of the utm_ parameters
}

// Reader describes visitors. It is safe for concurrent use.
type Reader struct {
	options   Options
	countries *countries // nil without a file
	agents    *memo[agent]
	referrers *memo[string]
	languages *memo[string]
	campaigns *memo[campaign]

	cancel context.CancelFunc
	loop   sync.WaitGroup
}

// How many distinct values are remembered, at most: some megabytes in all.
const (
	knownAgents    = 1 << 15
	knownReferrers = 1 << 14
	knownLanguages = 1 << 10
	knownCampaigns = 1 << 14
)

// New checks the options and loads the country file.
func New(o Options) (*Reader, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	r := &Reader{
		options:   o,
		agents:    newMemo(knownAgents, newAgents().read),
		referrers: newMemo(knownReferrers, host),
		languages: newMemo(knownLanguages, primary),
		campaigns: newMemo(knownCampaigns, readCampaign),
	}
	if o.CountryDB == "" {
		return r, nil
	}
	r.countries = &countries{path: o.CountryDB, logger: o.Logger}
	if err := r.countries.reload(); err != nil {
		return nil, fmt.Errorf("loading countries: %w", err)
	}
	return r, nil
}

// Start follows the country file until Stop.
func (r *Reader) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	if r.countries != nil {
		r.loop.Go(func() { r.countries.watch(ctx, r.options.Interval) })
	}
}

// Stop ends what Start began. Describe goes on answering.
func (r *Reader) Stop() {
	if r.cancel != nil {
		r.cancel()
	}
	r.loop.Wait()
}

// Describe tells what is known of v.
func (r *Reader) Describe(v Visit) Facts {
	a := r.agents.of(v.Agent)
	c := r.campaigns.of(tagged(v.Query))
	return Facts{
		Bot: a.bot, Browser: a.browser, OS: a.os, Device: a.device,
		Country:  r.countries.of(v.Network),
		Referrer: r.referrers.of(v.Referrer),
		Language: r.languages.of(v.Language),
		Source:   c.source, Medium: c.medium, Campaign: c.name,
	}
}

// Collector gives the metrics: none without a country file.
func (r *Reader) Collector() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fingerpost_edge_country_db_age_seconds",
		Help: "How long ago the country file in use was built; -1 without a file.",
	}, func() float64 {
		if r.countries == nil {
			return -1
		}
		return r.options.Now().Sub(r.countries.built()).Seconds()
	})
}
