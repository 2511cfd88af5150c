// Package control is an edge's line to the control planes: it resolves links and
// ships clicks over whichever of them answers.
//
// All of them are equal, so an edge stays with the one that answered last and
// moves on when a call fails. One that failed five times in a row is left alone
// for a second, and then tried with one call; while all are left alone, calls
// fail at once. A call is tried at each address once, within its caller's
// deadline; whether to repeat it is for the caller.
//
// Questions are hedged: where one is not answered within 100 ms, or twice the
// usual time if that is longer, the next control plane is asked as well, and the first answer counts. A control plane that
// hangs thus costs its visitors a tenth of a second and not their share of the
// deadline, until it is left alone. Batches of clicks are not hedged: nobody
// waits for them.
package control
