// Package address says whose address a request comes from: the one at the other end
// of the connection, or, if that is a proxy which is trusted, the one that it names.
//
// Nobody else's word is taken: anybody can write X-Forwarded-For.
package address
