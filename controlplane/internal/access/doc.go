// Package access says who a caller is and what they may do.
//
// A key is shown once, when it is made; only its SHA-256 is stored. That is
// enough, and quick enough to do on every request, because a key is 32 random
// characters and not a password: there is nothing to guess from a stolen hash.
//
// It promises that a revoked or expired key is refused within one second, on
// every replica, and that no key appears in an error or a log line.
package access
