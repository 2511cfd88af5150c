// Package pace says when each request of a load is meant to be sent.
//
// A Pacer is a pure function of the request's number, so a schedule can be
// tested without a clock and shared by any number of workers without a lock. It
// never waits itself: waiting, and measuring from the intended moment rather
// than from the actual one, is the load generator's work. The shape is that of
// vegeta's Pacer, reduced to what a fixed schedule needs.
package pace
