// Package cache decides which mapping an edge may serve from memory, and until
// when. Once a change to a link has been applied here, nothing older is ever
// found again, whatever fills, retries and reorderings are under way.
//
// # Stamps
//
// A key hashes to one of 2^20 slots, each an atomic counter. A fill takes a
// Ticket, which holds the slot's value (the stamp), before it asks the origin,
// and its entry carries that stamp. A change from the feed raises the slot
// first. An entry is served only while its stamp equals its slot, so ristretto,
// which drops, delays and reorders what it is given, can never bring an old
// value back, and undoing any number of entries costs one addition.
//
// A key's first version cannot contradict an entry, only a remembered absence.
// Absences have slots of their own, so that creations, the most frequent of all
// changes, undo no entries of other keys.
//
// # What stamps alone leave open
//
// Two fills under one stamp may read versions 2 and 3, if 3 is committed between
// them and its event is still on the way. The second must win, although
// ristretto keeps the first of two queued sets of a new key. So every store goes
// through one place, under a mutex of its key, and waits there until ristretto
// has decided; the next one then sees what is held and updates it in place.
// Tickets are checked under the same mutex, so a fill that was overtaken stores
// nothing and its caller asks again. Readers wait for no mutex.
//
// # Memory
//
// What most requests are for is found in a small table before ristretto, which
// the same place keeps in step. Entries are packed, and each says what it costs
// with all that ristretto keeps beside it; stamps and policy are taken off the
// budget before. What the maps behind take grows in steps, and with what they had
// to drop: the steps are spread (see uneven), and wear is taken off what may be
// held. So the cache takes what it was given, within a tenth.
//
// # Epochs
//
// When the feed cannot say what was missed, everything becomes suspect at once:
// Rebase starts a new epoch, and entries of older ones are found as Suspect.
//
// The cache never does I/O, never judges a link's dates, and never uses
// ristretto's Del or expiry.
package cache
