// Package link holds what an edge and the control plane must agree on about a
// short link: its key, the part of it that decides an answer, and which values
// are allowed.
//
// A Link here is only what decides a redirect. Titles, notes, owners and other
// things that people keep about a link belong to the control plane.
//
// The checks are cheap and final: the control plane runs them (and stricter
// ones) before it stores a link, and an edge runs them again on every record
// that it receives, so a damaged record is never sent to a browser.
//
// It imports the standard library only.
package link
