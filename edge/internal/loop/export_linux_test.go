package loop

import (
	"net"
	"time"
)

// Turn is how many connections a turn has.
const Turn = turn

// Unswept has a loop that no sweep wakes.
func Unswept() Options { return Options{between: time.Hour} }

// Descriptor is a connection's.
func Descriptor(c net.Conn) int { return c.(*conn).fd }
