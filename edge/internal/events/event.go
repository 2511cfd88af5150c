package events

import (
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

// Event is a click as consumers read it, in JSON. Empty is unknown.
type Event struct {
	// ID is EDGE/EPOCH/SEQUENCE/INDEX. It is the same if the event comes again.
	ID       string `json:"id"`
	Edge     string `json:"edge"`
	Epoch    uint64 `json:"epoch"`    // of the spool that held the click
	Sequence uint64 `json:"sequence"` // of the batch, within the epoch
	Index    int    `json:"index"`    // within the batch
	Domain   string `json:"domain"`
	Code     string `json:"code"`
	At       string `json:"at"` // RFC 3339 with milliseconds, UTC
	// Bot is the name of the program that made the click, if no person did.
	Bot      string `json:"bot"`
	Browser  string `json:"browser"`
	OS       string `json:"os"`
	Device   string `json:"device"`   // desktop, mobile, tablet, tv or other
	Country  string `json:"country"`  // ISO 3166-1 alpha-2
	Referrer string `json:"referrer"` // host
	Language string `json:"language"` // primary subtag
	Source   string `json:"utm_source"`
	Medium   string `json:"utm_medium"`
	Campaign string `json:"utm_campaign"`
	// Network is 24 bits of an IPv4 address, 48 of an IPv6 address.
	Network string `json:"network,omitempty"`
}

// milliseconds is RFC 3339, always with three digits of a second.
const milliseconds = "2006-01-02T15:04:05.000Z07:00"

// describe makes an event of a record; number gives it its place.
func describe(r *spool.Record, d Describer) Event {
	facts := d.Describe(visit.Visit{
		Agent: r.Agent, Referrer: r.Referrer, Language: r.Language, Query: r.Query, Network: r.Network,
	})
	e := Event{
		Domain: string(r.Domain), Code: string(r.Code), At: time.UnixMilli(r.At).UTC().Format(milliseconds),
		Bot: facts.Bot, Browser: facts.Browser, OS: facts.OS, Device: facts.Device, Country: facts.Country,
		Referrer: facts.Referrer, Language: facts.Language,
		Source: facts.Source, Medium: facts.Medium, Campaign: facts.Campaign,
	}
	if r.Network.IsValid() {
		e.Network = visit.Network(r.Network).String()
	}
	return e
}

// number says which click of all an event is about.
func (e *Event) number(edge string, b *spool.Batch, index int) {
	e.Edge, e.Epoch, e.Sequence, e.Index = edge, b.Epoch, b.Sequence, index
	e.ID = fmt.Sprintf("%s/%d/%d/%d", edge, b.Epoch, b.Sequence, index)
}
