// Package clicks counts clicks off the request path and ships them to the
// control plane, each exactly once.
//
// Record copies a click into the spool: files that outlive the process, or memory
// where that was asked for. A drain reads it from there, finds out who clicked,
// adds up per link and minute, and ships the sums in numbered batches: edge, epoch
// (rises with every start), sequence (1, 2, … within an epoch), and a digest of
// the records behind them. One batch is under way at a time, and the same is sent
// until a control plane acknowledges it, by the next process if need be; the
// number lets the other side book it once, however often it arrives. Only then are
// the records removed.
//
// A batch that the control plane will never book (its number was booked with other
// clicks: the folder was copied, or two edges have one id) sets the spool of its
// epoch aside for the operator, and counting goes on in a new one.
//
// What is lost is counted: clicks that found no room, because the disk is full or
// the spool at its bound, and records that could not be read. What a power failure
// takes is bounded by Options.Sync.
//
// Of a visitor's address no more than its network is kept anywhere; a register of
// the day's sketch of visitors is made of it while the request is answered, with
// a key that is thrown away when the day is over.
package clicks
