// Package client says who a request is from: the address at the other end of the
// connection, or, if that is a proxy which is trusted, the address that it names.
//
// Nobody else's word is taken. An address is used for bounds and never kept.
package client
