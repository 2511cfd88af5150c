// Package larder keeps the links that an edge's visitors ask for on its own
// disk, so that an edge which starts with nothing else up can answer.
//
// # What it promises
//
// What it gives was once right, and it says until when that was known: as of the
// fill that brought it, or as of the feed's last confirmation that was made
// durable. A change that the feed brought is seen by every Look that begins
// after Change returned. Versions of a key only rise. Damage to the files loses
// the records that it hits and no others. It never holds more than Options.Bytes
// on disk, and nothing waits for the disk but a lookup that memory could not
// answer.
//
// # Pages
//
// One file of 16 KiB pages; a key's hash names its page, and a page holds
// records, each with its own checksum. So nothing is loaded or scanned at the
// start, however many links there are, no index takes memory, nothing is ever
// compacted, and the file cannot grow. A full page gives up the record that has
// been in it for longest and is not in memory any more. Pages are read and
// written with system calls: a mapped file would end the process with SIGBUS
// where a disk fails or a file is cut short.
//
// An append-only log would have to be read at the start, indexed in memory and
// compacted; bbolt loses whole subtrees to one damaged page, and panics; Pebble
// loses everything to a damaged manifest. What all of them offer beyond this,
// order and transactions, a larder has no use for.
//
// # Writing behind
//
// Keep, Change and Drop put their operation into a bounded map, one per key, and
// one goroutine carries it to the pages. Where the map is full or a write fails,
// the pages concerned are condemned: nothing is read from them until they have
// been written anew, empty. The feed's changes wait a few milliseconds at most
// for their page to reach the kernel, so that an edge which shows a change and
// is then killed has it in its larder, unless its disk is slower than that.
//
// # After a crash
//
// A killed process loses the fills of its last milliseconds. A machine that
// loses power also loses what was not yet synced: every SyncEvery, pages are
// synced first and the feed's confirmation is noted after that, so a note never
// vouches for a page that did not reach the disk. A change that was lost in this
// way comes back from the feed when the edge attaches; until then its link is
// served as it was, within max-stale, unless it is strict.
package larder
