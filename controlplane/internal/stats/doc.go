// Package stats says what can be asked about the clicks that were booked: how
// many a link has, and when they were. The store answers.
//
// Answers count what ingest has booked and never guess: what an edge still holds
// is missing until it arrives. Who may ask about which link is decided before
// the question gets here.
package stats
