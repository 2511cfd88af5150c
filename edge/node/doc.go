// Package node is one edge: it wires the request path, the cache, the feed, the
// control planes and the clicks together, and ends them in order.
//
// A node starts with nothing else up: it listens, says that it is not ready, and
// attaches when etcd and a control plane appear. Several nodes can run in one
// process.
package node
