// Package wire is what goes over the network between edges, the feed and the
// control plane: protobuf records and gRPC services, and their conversion from
// and to package link. Decoding checks: a record that may not be served does
// not become a link.
package wire

//go:generate ./generate.sh
