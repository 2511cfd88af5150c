// Package store is the database: CockroachDB or PostgreSQL for a fleet, SQLite
// for one machine, behind one set of statements.
//
// It promises that what a method acknowledged is committed and durable; that a
// change of a link and the outbox row that announces it commit together; and
// that an error leaves open at most what cannot be known, a connection lost
// while the commit was under way, and never turns a failed commit into success.
//
// Every statement is right at READ COMMITTED, PostgreSQL's own default, and at
// anything stronger, such as CockroachDB's SERIALIZABLE: each decides by the one
// row that it writes, either in the statement itself (a conflict clause, a
// condition) or under that row's lock. So writers of one row wait for each other
// instead of failing, and writers of different rows do not meet.
//
// A statement uses only what all three databases know; the dialect holds the few
// words that differ. Serialization failures and deadlocks are repeated in one
// place (retry). Deadlines come with the caller's context.
package store
