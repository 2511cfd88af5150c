// Package control is an edge's line to the control planes: it resolves links and
// ships clicks over whichever of them answers.
//
// All of them are equal, so an edge stays with the one that answered last and
// moves on when a call fails or takes too long. A call is tried at each address
// once, within its caller's deadline; whether to repeat it is for the caller.
package control
