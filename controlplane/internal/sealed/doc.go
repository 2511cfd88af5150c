// Package sealed keeps the secrets of a database from those who have only the
// database, such as its backup: there they are encrypted under a master key, which
// is kept elsewhere.
//
// A secret is sealed with AES-256-GCM and bound to its place: moved into another
// row it does not open. Beside it stands which key sealed it, so that the key can be
// changed: the new one seals, and the old one opens what is left of it.
//
// It never shows a key, nor a secret, in an error.
package sealed
