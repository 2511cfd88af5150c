// Package receipts knows which edge has applied what.
//
// Edges report to the control plane that they are connected to; replicas share
// what they hear through etcd, so that any of them can say whether a change has
// reached every live edge, and wait for it. An edge is live while its presence
// stands in etcd: one that has died holds a wait up until its presence ends or
// the waiter's time does, because nobody can tell whether it still answers.
//
// Nothing here is truth: a replica that starts knows nothing and has heard every
// edge within a second or so.
package receipts
