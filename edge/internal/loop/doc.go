// Package loop waits for many connections at once and serves them in turn, so
// that a request costs one read and one write, and no switch of goroutines.
//
// With a goroutine for each connection, the runtime is told of every request: it
// looks the goroutine up, queues it, switches to it, and parks it again. That is
// an eighth of a redirect, and a stack of four kilobytes for each connection that
// is silent. Here a loop asks the kernel (epoll, edge-triggered) which connections
// have something to read, and calls their Guests one after the other.
//
// The loop's epoll is itself a file that the runtime's poller waits for. So a loop
// is a goroutine like all others: it blocks no thread, and after each turn, which
// is 256 requests at most, the scheduler has its say. There are as many loops as
// processors; a connection stays with one.
//
// Sixteen connections are read, and then answered together. What the kernel does
// to receive and what it does to send are long stretches of code, and each is still
// in the processor's cache for the next connection; answers to requests that came at
// once are sent at once, too.
//
// A Guest never waits. What it cannot answer at once, or its client does not take,
// is lent to a goroutine of its own, which may read and write as on any other
// connection, and Returns it. Only when the client makes that goroutine wait, for the
// rest of a request or for room to write an answer, does the connection leave the
// loop, and for good: the runtime waits for it from then on.
//
// The clock is read once in a turn, after the kernel has said what has arrived:
// for every request of a turn, it is a moment between its arrival and its answer.
//
// Who is silent is found by a sweep once a second, which costs a request nothing.
//
// On other systems than Linux, and for connections that are not TCP's own, such
// as TLS, there are goroutines as ever.
package loop
