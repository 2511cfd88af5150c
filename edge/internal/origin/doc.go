// Package origin answers what an edge's memory does not know, by asking the
// control plane.
//
// Of any number of callers that miss one key at the same moment, one asks; the
// others wait for its answer, as long as their own deadlines allow. An answer
// that a change overtook while it was on its way is never given to anybody: the
// caller looks in the cache again, and asks again if it must. What was answered
// is in the cache, as far as that keeps it, before anybody sees it.
//
// If nobody answers, or not soon, the larder does: with what it was last known
// that the link is, marked as suspect. A control plane that is slow is asked
// again behind the visitor's back.
//
// Questions are bounded in number. Those beyond wait for their turn, and those
// beyond that fail at once, so neither a flood of unknown codes nor a fleet that
// starts at one moment can bury the control planes.
//
// A record that must not be served (a bad scheme, a line break in its URL) is
// counted and treated as if there were no link.
package origin
