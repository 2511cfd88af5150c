// Package verify puts a running system through its main job and checks the
// outcome to the byte and to the click: links are created, asked for, changed
// and counted, through the public interfaces only.
//
// It keeps a ledger of what it created and of each answer that it received.
// What must hold at the end: every created link is as it was asked for and has a
// code of its own; every redirect names exactly its link's target; a changed
// target reaches every edge and no edge goes back; and the statistics of each
// link say exactly how often it answered. A request whose answer never arrived
// may or may not have been counted: it widens that link's allowed interval by
// one, and is reported.
//
// The system may hold other links; only those created here are looked at. They
// are left in place.
package verify
