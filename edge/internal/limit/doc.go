// Package limit bounds how fast an address may find out which codes do not
// exist, for that is what enumerating codes comes down to.
//
// Each address has a bucket of tokens, which an unknown code costs one of. While
// the bucket is empty, the address is told to come later whenever it asks for
// something that the edge would have to ask for itself; what is in the edge's
// memory is answered as ever. So a scanner slows itself down to the rate at
// which tokens return, and its questions load nobody.
//
// Addresses are forgotten that were not charged for longest, so memory is
// bounded; a bucket that would be full again by now is no different from a
// forgotten one.
package limit
