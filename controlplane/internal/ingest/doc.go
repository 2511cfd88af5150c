// Package ingest books the clicks that edges have counted.
//
// It promises that a batch counts once, however often it is sent: an edge
// repeats a batch, under the same number, until it hears that it was booked, and
// the number is stored in the transaction that adds the counts.
//
// It never judges a click by its link: an edge may know a link that was deleted
// since, and its clicks count all the same.
package ingest
