// Package spool keeps clicks on disk from the moment they are recorded until
// every reader has dealt with them.
//
// A record is copied into a file that is mapped into memory: it is there when
// Append returns, whatever happens to the process, and takes no call of the
// system. What a power failure can take is bounded by Options.Sync.
//
// Each start of an edge has a folder of its own, an epoch, whose number only
// rises. In it stand segments, files of one size named RING-NUMBER: handlers
// share the rings, and each ring fills one segment after the other. A segment is
// always a new file of zeros, its blocks are reserved, and it is prepared ahead,
// so a request never waits for the disk, and a full disk can end no mapping. A
// record's length is stored last: where it is zero, the segment ends. An agent or a
// campaign stands once in a segment, before the first click that has it. Where no
// segment is ready, because the disk or Options.Bytes is full, Append says so;
// it works again when there is room.
//
// A Cursor reads batches. Which records a batch holds is on disk before the batch
// is given out, and the records before that: a batch that was under way when the
// process died is given out again, the same under the same number. What every
// cursor is done with is removed. An epoch that an earlier process left is read
// beside the current one, until it ends with its last batch.
//
// It never writes more of an address than its network, and never blocks, or fails
// loudly for, a request.
package spool
