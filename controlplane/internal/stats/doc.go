// Package stats answers questions about the clicks that were booked: how many a
// link has, and when they were.
//
// It counts what ingest has booked and never guesses: what an edge still holds
// is missing from an answer until it arrives. Who may ask about which link is
// not its business.
package stats
