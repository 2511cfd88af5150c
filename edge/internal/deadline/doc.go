// Package deadline bounds how long a connection that is in no loop may wait for its
// client, at no cost to a client that is quick.
//
// Setting a deadline moves a timer of the runtime and reads the clock. A server
// that does so for every request, three times, spends a twentieth of it on that.
// Here a deadline is renewed when it is a second old, by a clock that moves four
// times a second: a client gets what the Options say, less 1.25 s at most.
//
// A client that is in the middle of a request has Header from the second time on
// that it makes the server wait, whatever it sends meanwhile; one that has asked
// nothing yet has Header too. Otherwise it may be silent for Idle. An answer must
// be taken within Write.
//
// Whoever sets a deadline on a connection himself has it stand until he sets
// none.
package deadline
