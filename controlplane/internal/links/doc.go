// Package links holds the rules of a link's life: what may be created, changed
// and deleted, and by whom.
//
// It promises that every link that it stores can be served byte for byte as it
// was given, that a browser reads the target as it is written, that no link
// leads back to one of our own domains, and that a code, once given, is never
// given to somebody else, also not after its link was deleted.
//
// It knows nothing of HTTP: refusals are typed (Invalid, ErrNotFound, ErrTaken,
// ErrPrecondition, ErrUnavailable), and package api gives them a status.
package links
