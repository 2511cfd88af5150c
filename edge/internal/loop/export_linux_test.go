package loop

import "net"

// Turn is how many connections a turn has.
const Turn = turn

// Descriptor is a connection's.
func Descriptor(c net.Conn) int { return c.(*conn).fd }
