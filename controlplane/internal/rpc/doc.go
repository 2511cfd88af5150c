// Package rpc is what edges and other writers call: Resolver, Ranges and Clicks
// of sync/wire, over gRPC.
//
// Every call ends within Options.Deadline, or ShipDeadline. A database that does not answer is
// Unavailable, which tells a caller to try again; a caller's own mistake is
// InvalidArgument, which tells it not to.
package rpc
