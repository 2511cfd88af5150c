// Package server is one control plane: it opens the database, wires the rooms
// of controlplane/internal, and serves the public API, the internal RPC and the
// ops port.
//
// Nothing in its memory is truth, so any number of servers may work on one
// database, and any of them may be killed at any time. It starts without etcd
// and goes on without it: what is committed meanwhile is published when etcd is
// back. It does not start without its database, because an operator should
// learn of a wrong address at once; when the database goes away later, it waits
// for it.
package server
