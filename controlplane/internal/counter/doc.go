// Package counter hands out numbers, each once, to any number of writers.
//
// The numbers of a code length are cut into shards, so that writers in different
// places do not wait for one row. A writer leases a range from a shard (Issuer,
// Sharded) and counts through it in memory (Minter), with no I/O on the way of a
// single number. It leases the next range when half of the current one is used,
// so that it never waits while a range is held, and sizes it to a minute's use.
//
// It promises that no number is given twice: a range leaves the database in the
// transaction that moves the shard's next number past it, and never returns. A
// writer that dies wastes what it holds: two ranges at most, and the one whose
// lease was under way. When the issuer is out of reach, what is held is used up,
// and then Mint says ErrUnavailable at once.
package counter
