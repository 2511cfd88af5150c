// Package admission stands in front of the database. It lets a bounded number of
// requests in, keeps a short queue of others for a short time, and refuses the
// rest at once, so that what is let in stays quick however many come.
//
// It is the breaker, too: while the database is known not to answer, it refuses
// everybody, and nobody waits for a deadline to learn it. It opens again when a
// sign of life was seen, not by sending a client ahead.
package admission
