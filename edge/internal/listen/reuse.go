package listen

import (
	"context"
	"net"
)

// open listens on addr. With share, other processes may do so too, now or
// already, and new connections come here:
//
// The kernel spreads connections over the sockets that share a port, each with a
// queue of its own, and resets what is in a socket's queue when that is closed.
// So a process that ends would refuse the connections that had come to it but
// had not been accepted yet. steer therefore has the kernel choose the socket
// that came second, which the first one's process sees as a queue that runs dry
// before it ends. When only one is left there is no second, and the kernel goes
// back to its own choice among one.
func open(addr string, share bool) (net.Listener, error) {
	var lc net.ListenConfig
	// Go listens for Multipath TCP unless told otherwise. It cannot be steered, and
	// short connections have no use for a second path.
	lc.SetMultipathTCP(false)
	if share {
		lc.Control = shareable
	}
	l, err := lc.Listen(context.Background(), "tcp", addr)
	if err != nil || !share {
		return l, err
	}
	if err := steer(l.(*net.TCPListener)); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}
