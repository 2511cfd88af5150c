package loop

// Guest is what a loop serves: a connection, and what is said on it.
type Guest interface {
	// Serve deals with what has arrived on s at now, in Unix milliseconds, appends
	// what is to be sent to said, and never waits. It says whether the loop is to wait
	// for more; if not, the connection is lent, or ended if there was an error.
	Serve(s Socket, now int64, said []byte) (all []byte, stays bool, err error)
	// Converse has the connection that is lent, in a goroutine of its own, until it
	// closes or returns it. The rest of what was said comes first: the client did not
	// take it at once.
	Converse(s Socket, rest []byte)
	// End closes the connection. The loop calls it after an error, when the client
	// was silent for too long, or when the loop itself ends.
	End()
}

// Socket is a connection that is read without waiting, by its loop or by whom it
// is lent to.
type Socket interface {
	// TryRead reads what has arrived; 0 without an error means nothing.
	TryRead(p []byte) (int, error)
	// Return gives the connection back to the loop, which serves it at once if
	// something has arrived. It says whether the loop has it again; if not, whoever
	// has it keeps it.
	Return() bool
}
