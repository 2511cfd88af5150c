// Package postgres starts throwaway PostgreSQL servers for tests: the real
// server, with its own folder and port, on loopback only.
//
// NewDatabase gives a test an empty database on a server that all tests of the
// process share; StartServer gives it one of its own, and Run gives one to a program;
// such a one may be killed, frozen and restarted. fsync stays on, because what survives a
// kill is what these servers are asked about.
//
// Cut and Cockroach stand between a database and its clients: what they say gets lost,
// or is answered as CockroachDB may answer it.
//
// A server never outlives its test process: the kernel interrupts it when the
// process dies, however it dies. Folders that a killed process left behind are
// removed by the next one.
//
// It needs the programs initdb, postgres, createdb and pg_isready (Debian:
// apt-get install postgresql). Where they are missing, tests are skipped, unless
// FINGERPOST_REQUIRE_ALL is set: then they fail, so that nobody mistakes a
// skipped suite for a passing one.
package postgres
