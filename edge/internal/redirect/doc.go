// Package redirect is the request path of an edge: raw bytes in, answer out.
//
// A request is a method, a Host and a target whose bytes are "/" and a code,
// perhaps with a query. Nothing is decoded or normalised: an escaped spelling of
// a code is not that code, and everything that is not plainly a code is 404
// without asking anybody. Location is exactly the stored URL; only a link that
// forwards queries gets the request's appended.
//
// A GET that is answered with an active link's redirect is one click, recorded
// before the answer is written. HEAD is none, and neither is being sent to a
// fallback, for such a visitor did not reach what the link points to.
//
// A mapping in memory is answered without waiting for anything. How old a view
// may be is judged here: links marked strict, or of a strict domain, are served
// only while known to be the newest within two seconds, all others within
// max-stale. What is older is asked for, and is 503 if nobody can answer.
//
// Nearly every request is for a link in memory that redirects. Such a one is
// answered where its head was read (see quick), in a loop that serves many
// connections, and fasthttp never hears of it; everything else gets a goroutine and
// goes by way of fasthttp. Both ways answer alike, to the byte.
//
// Answers carry Date, though it could be turned off: RFC 9110 section 6.6.1
// demands it of a server with a clock, caches compute ages from it, and copying
// the line costs a few nanoseconds.
package redirect
