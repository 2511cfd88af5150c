// Package conservation runs a whole system, kills it again and again under load,
// and holds the clicks that it counts to the answers that clients received.
//
// Its clients know of every request whether its answer arrived. What must hold at
// the end, for each link:
//
//	answers received ≤ clicks counted ≤ answers received + requests without an answer
//
// A request has no answer only if the edge was killed while it was in flight; so
// in a run without kills the three are equal. When the edge's disk is full, clicks
// may be lost, but each is counted as lost: requests of these spells go to links of
// their own, and all of them together must satisfy
//
//	received ≤ counted + lost ≤ received + without an answer
//
// The edge and the control plane are real processes, as are PostgreSQL and etcd;
// between the two is a path that can be cut in the middle of a message.
package conservation
