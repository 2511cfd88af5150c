// Package access says who a caller is and what they may do.
//
// A key is shown once, when it is made; only its SHA-256 is stored. That is
// enough, and quick enough to do on every request, because a key is 32 random
// characters and not a password: there is nothing to guess from a stolen hash.
//
// A key, a user, a domain and a link belong to a workspace, the tenant; what
// belongs to one is not to be seen from another. A user's role bounds what the
// user's keys may do, whatever their scopes.
//
// It promises that a revoked or expired key, and one of a disabled user, is refused
// within one second, on every replica, and that no key appears in an error or a log line.
package access
