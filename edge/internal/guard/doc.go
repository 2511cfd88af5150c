// Package guard stands between the socket and the HTTP server: the server sees
// no byte of a request whose head was not found whole and plain.
//
// HTTP servers forgive what others read differently, and forget what they
// forgave: folded lines, bare line feeds, two lengths, a space before a colon.
// What two parties can read in two ways is how a request is smuggled past one of
// them, or a link of another tenant is reached. So a head is scanned once, as
// bytes, by rules narrower than RFC 9112's (sections 2.2, 3, 5 and 6), and what
// does not fit is answered here, with the connection closed behind the answer.
// A request never has a body: the next head begins where one ends.
//
// A refused client can read why: the answer is followed by a half-close, and
// what the client still sends is read and dropped, up to a bound in bytes and
// time. Closing at once would make TCP destroy the answer on its way.
//
// What may be handed on is not handed on as it was sent: the server gets the
// shortest head that it answers alike (see Plain), or none if the answer can be
// given here (see Options.Quick).
//
// A connection has buffers only while something of a head is there: a small one,
// or a large one for a large head. (One that is waited for by Advance, not by
// asking for a Glance, keeps the small one meanwhile.)
package guard
