// Package proxies finds out which address a request comes from.
//
// Anybody can write X-Forwarded-For. It is believed only as far as trusted
// proxies have written it: from the right, each entry was added by the one to its
// right, and the first that is no trusted proxy's is the client.
package proxies
