// Package ingest books the clicks that edges have counted.
//
// It promises that a batch counts once, however often it is sent: an edge
// repeats a batch, under the same number, until it hears that it was booked, and
// the number is stored in the transaction that adds the counts. Batches that come
// while a booking is under way share the next one, and what they have in common is
// written once. A number that comes back with other clicks behind it is refused:
// a spool was copied, or two edges have one name.
//
// It never judges a click by its link: an edge may know a link that was deleted
// since, and its clicks count all the same.
//
// A booking writes minutes and totals; what else is known goes into a journal, which
// a Janitor posts to hours and days once in a while, so that a link's are written once
// for many bookings. A question about one link reads the journal too; one about many
// posts first what it needs.
//
// A Janitor also removes what is old: clicks by minute and hour, numbers of batches that
// a floor stands for, the salts of days that are over, and edges that ended.
package ingest
