// Package live tells those who watch a link how often it was clicked.
//
// All that is watched on a replica is asked of the database together, once a
// second, so that the answer holds the clicks of all edges, whichever replica took
// them, and a thousand watchers cost what one does. A watcher is told a state, not
// what happened since the last one: who is slow misses states and no clicks, and
// who comes back to another replica goes on from there.
package live
