// Package crowd keeps the connections of a server within a bound, so that no number
// of clients can use up its memory or its files, nor shut out the others by keeping
// connections that they do not use.
//
// While there are as many as may be, a new connection takes the place of the one that
// has been without a request for longest, as nginx does; a client must expect that of
// a connection that it keeps (RFC 9112, 9.5). If there is none such, it waits,
// and those behind it in the kernel's backlog, until a request ends.
package crowd
