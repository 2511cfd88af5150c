package loop

// Guest is what a loop serves: a connection, and what is said on it.
type Guest interface {
	// Serve deals with what has arrived on s at now, in Unix milliseconds, and never
	// waits. It says whether the loop is to wait for more; if not, it has ended the
	// connection, or lent it.
	Serve(s Socket, now int64) (stays bool)
	// End closes the connection. The loop calls it when the client was silent for
	// too long, or when the loop itself ends.
	End()
}

// Socket is a connection that is read and written without waiting, by its loop or
// by whom it is lent to.
type Socket interface {
	// TryRead reads what has arrived; 0 without an error means nothing.
	TryRead(p []byte) (int, error)
	// TryWrite writes what there is room for.
	TryWrite(p []byte) (int, error)
	// Lend runs converse in a goroutine of its own, which has the connection until it
	// closes or returns it.
	Lend(converse func())
	// Return gives the connection back to the loop, which serves it at once if
	// something has arrived. It says whether the loop has it again; if not, whoever
	// has it keeps it.
	Return() bool
}
