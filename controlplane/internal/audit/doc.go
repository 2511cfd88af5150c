// Package audit keeps who changed what, from where, and how it was before and
// after.
//
// An entry commits in the transaction of its change: there is no change without
// one, and none without its change.
//
// Entries are chained by hashes, so that whoever alters, adds or removes one
// later is found out. The chain must not be what all writers wait for: if every
// change continued it, every change would lock its head, and all replicas together
// would write as fast as one row. So a change only adds its entry, and a sealer,
// one of those that every replica runs, gathers new entries once a second into a
// block, whose hash covers their contents and the hash of the block before. The
// price is that an entry can be tampered with unseen during the second before it
// is sealed, by somebody who may write to the database, who could as well have
// forged the change itself.
//
// A chain proves nothing to who can rewrite all of it from some block on. Against
// that, its head, a block's number and hash, is to be written down elsewhere: the
// sealer logs it, GET /audit shows it, and verifying holds the chain to one that
// was written down.
package audit
