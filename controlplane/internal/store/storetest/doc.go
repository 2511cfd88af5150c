// Package storetest is what every database behind a store must do, as tests: run
// on SQLite and on a real PostgreSQL here, and on a real CockroachDB where
// FINGERPOST_COCKROACH_URL names one. What races is also run on a PostgreSQL that has
// CockroachDB's manners.
package storetest
