// Package follower applies the feed to an edge: changed links to the cache,
// domains to the table of hosts. It knows how fresh the edge is.
//
// The edge is attached while the feed confirmed within the last two seconds that
// nothing was missed. Otherwise it is detached, and says so: in its metrics, in
// its readiness and in the log. A feed value that cannot be read is counted and
// makes its link be asked for anew; nothing else changes.
//
// The larder is told all that memory is told, before memory is.
package follower
