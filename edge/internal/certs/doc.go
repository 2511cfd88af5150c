// Package certs holds the certificates that an edge shows, chooses one for each
// handshake by the name that the client asks for, and follows the files they
// came from: a renewed certificate is shown within seconds, without a restart.
//
// Files that cannot be used change nothing: what was loaded before stays, and
// the log says why. A name that no certificate is for gets none, unless there is
// only one certificate: another tenant's would help nobody.
package certs
