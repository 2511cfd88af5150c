package webhooks

import "github.com/fingerpost/fingerpost/sync/link"

// What can be subscribed to.
const (
	LinkCreated = "link.created"
	LinkUpdated = "link.updated"
	LinkDeleted = "link.deleted"
	// LinkBlocked comes with a LinkUpdated, to those who want only this.
	LinkBlocked = "link.blocked"
	// LinkClicks comes once, when a link has a number of clicks.
	LinkClicks = "link.clicks"
)

// Events lists them.
func Events() []string {
	return []string{LinkCreated, LinkUpdated, LinkDeleted, LinkBlocked, LinkClicks}
}

// Webhook is a subscription. Times are Unix milliseconds.
type Webhook struct {
	ID        string
	Workspace string // whose links it is about
	URL       string
	Events    []string
	Secret    string // whsec_ and base64
	// Link and Threshold are of LinkClicks: empty and 0 without it.
	Link      link.Key
	Threshold uint64
	Reached   bool
	// AfterBlock is where the audit chain ended when it was made.
	AfterBlock int64
	CreatedAt  int64
}

// Status is how far a message is.
type Status string

// Statuses of a message.
const (
	Pending Status = "pending"
	Sent    Status = "sent"
	Dead    Status = "dead"
)

// Message is one event for one webhook. Times are Unix milliseconds.
type Message struct {
	Webhook, ID, Event, Body string
	Status                   Status
	Attempts                 int
	DueAt                    int64 // when the next attempt may begin
	CreatedAt, SettledAt     int64 // SettledAt is 0 if it is pending
	Problem                  string
}

// Claimed is a message that is to be sent now, and where to.
type Claimed struct {
	Message
	URL, Secret string
}

// Reached is a threshold that a link has reached.
type Reached struct {
	Webhook
	Clicks uint64
}

// Place is where a listing continues: behind a time and an id.
type Place struct {
	At int64
	ID string
}
