// Package listen opens an edge's public ports and lets connections in.
//
// Accepting goes on whatever happens: a shortage of file descriptors or memory
// is waited out. The number of connections is bounded, in all and for each
// address; who is above a bound gets a short answer at once and costs nothing
// after it. Nothing here reads from a client before its connection has a
// goroutine of its own, so that one that is silent holds up nobody.
//
// A port can be taken over from a process that is about to end without a single
// connection being refused: as a socket inherited from systemd, or by listening
// on it beside that process (see reuse.go).
package listen
