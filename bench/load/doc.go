// Package load sends redirect requests over kept-alive HTTP/1.1 connections and
// measures the answers.
//
// It is small because the client shares the machine's cores with the server
// under test: a request is raw bytes written as given, an answer is parsed just
// far enough to judge it, and a request-answer pair allocates nothing.
//
// It never follows a redirect and never sends a request twice: a request whose
// answer did not arrive may have been counted by the server, and only the
// caller can say what that means.
package load
