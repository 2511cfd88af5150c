// Package feed carries every committed change from the control plane to every
// edge, through etcd. It is the only package that imports etcd's client.
//
// What it promises to publishers: a key's versions in etcd only rise, whoever
// publishes, however late; publishing is idempotent.
//
// What it promises to followers: after Rebase, every change with a higher
// revision is delivered at least once, each key's in order, until the next
// Rebase; and Confirm is never told of a view that a silent, partitioned or
// replaced etcd stands behind. A resumed watch begins with the last event that
// was delivered, which must come again just as it was: a cluster that was
// restored from a copy, or another cluster at the same address, cannot tell the
// rest of the old story and is noticed at once, at whatever revision it stands.
//
// To a follower that was away while a copy was made and while it was restored,
// that story has no gap. A publisher that lived through it sees etcd's revision
// go back, and puts a word about it into the feed, from which all start afresh.
//
// What it never does: keep anything. Link records expire from etcd after about
// an hour; losing etcd loses no link.
//
// Freshness is as good as etcd's: a member may trail its leader, by less than
// its election timeout, before it ends the watch.
package feed
