package loop

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// turn is how many connections are served before others have the processor.
	turn = 256
	// answers are sent together when there are so many, or so many bytes of them.
	answers, bytesOfAnswers = 16, 32 << 10
)

// loop serves some of the connections.
type loop struct {
	options Options
	poll    *os.File // an epoll
	wait    syscall.RawConn
	sweeps  atomic.Int64

	events [turn]syscall.EpollEvent // the loop's, as is what follows
	ready  [turn]*conn
	said   []byte // by guests, and not sent yet
	spoke  []who  // said it, in this order

	mu      sync.Mutex
	fd      int     // poll's; not to be used once stopped. guarded by mu
	stopped bool    // guarded by mu
	conns   []*conn // by descriptor; guarded by mu
}

// who is somebody whose words are not sent yet.
type who struct {
	conn   *conn
	until  int    // where in all that was said his words end
	events uint32 // what the kernel told of him
}

func newLoop(o Options) (*loop, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("making an epoll: %w", err)
	}
	// The runtime waits only for what does not block.
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(fmt.Errorf("preparing an epoll: %w", err), syscall.Close(fd))
	}
	l := &loop{options: o, fd: fd, poll: os.NewFile(uintptr(fd), "epoll")}
	if l.wait, err = l.poll.SyscallConn(); err != nil {
		return nil, errors.Join(fmt.Errorf("preparing an epoll: %w", err), l.poll.Close())
	}
	return l, nil
}

// run serves until the loop is stopped. A process that was halted finds what has
// arrived before it finds who was silent: a turn comes before each sweep, and one
// sweep is due then, however long it was.
func (l *loop) run() {
	defer l.end(func(*conn) bool { return true })
	for l.poll.SetReadDeadline(time.Now().Add(l.options.between)) == nil {
		err := l.wait.Read(l.turn)
		for err == nil {
			runtime.Gosched() // it was a full turn
			err = l.wait.Read(l.turn)
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		now := l.sweeps.Add(1)
		l.end(func(c *conn) bool { return c.due <= now })
	}
}

// turn serves what has arrived, and says whether more may have. If not, the
// runtime wakes the loop when something does. Hot path: 0 allocs.
func (l *loop) turn(fd uintptr) (more bool) {
	n := arrived(int(fd), l.events[:])
	if n == 0 {
		return false
	}
	now := l.options.Now().UnixMilli()
	l.mu.Lock()
	for i := range n {
		if c := l.conns[l.events[i].Fd]; c != nil && c.inside {
			l.ready[i] = c
		}
	}
	l.mu.Unlock()
	for i, c := range l.ready[:n] {
		if c != nil {
			l.ready[i] = nil
			l.serve(c, l.events[i].Events, now)
		}
	}
	l.send()
	return n == turn
}

// serve has c's guest say what there is to say.
func (l *loop) serve(c *conn, events uint32, now int64) {
	from := len(l.said)
	all, stays, err := c.guest.Serve(c, now, l.said)
	switch {
	case err != nil:
		c.guest.End()
	case !stays:
		l.lend(c, write(c, all[from:]))
	case len(all) == from:
		l.keep(c, events)
	default:
		l.said, l.spoke = all, append(l.spoke, who{c, len(all), events})
		if len(l.spoke) == answers || len(all) > bytesOfAnswers {
			l.send()
		}
	}
}

// send sends what was said.
func (l *loop) send() {
	from := 0
	for _, w := range l.spoke {
		if rest := write(w.conn, l.said[from:w.until]); rest != nil {
			l.lend(w.conn, rest)
		} else {
			l.keep(w.conn, w.events)
		}
		from = w.until
	}
	clear(l.spoke)
	l.said, l.spoke = l.said[:0], l.spoke[:0]
}

// write sends what there is room for, and gives a copy of the rest, if any. An
// error stays, for who waits.
func write(c *conn, words []byte) (rest []byte) {
	if len(words) == 0 {
		return nil
	}
	if n, _ := send(c.fd, words); n < len(words) {
		return bytes.Clone(words[n:])
	}
	return nil
}

// keep has the loop wait for more of c.
func (l *loop) keep(c *conn, events uint32) {
	c.due = l.sweeps.Load() + l.options.idle
	if events&(syscall.EPOLLRDHUP|syscall.EPOLLHUP|syscall.EPOLLERR) != 0 {
		// The connection's end came together with what was served, and would not be
		// announced again.
		l.await(c)
	}
}

// take has the loop serve g from now on.
func (l *loop) take(c *conn, g Guest) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped || l.control(syscall.EPOLL_CTL_ADD, c.fd) != nil {
		return false
	}
	if more := c.fd + 1 - len(l.conns); more > 0 {
		l.conns = append(l.conns, make([]*conn, more)...)
	}
	l.conns[c.fd] = c
	c.loop, c.guest, c.due, c.inside = l, g, l.sweeps.Load()+l.options.first, true
	return true
}

// await has the kernel announce what has arrived on c, and what will.
func (l *loop) await(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.inside = !l.stopped && l.control(syscall.EPOLL_CTL_MOD, c.fd) == nil
	return c.inside
}

// lend has the loop not serve c until somebody awaits it.
func (l *loop) lend(c *conn, rest []byte) {
	l.mu.Lock()
	c.inside = false
	l.mu.Unlock()
	go c.guest.Converse(c, rest)
}

// remove takes c, which is about to be closed, out of the loop.
func (l *loop) remove(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[c.fd] = nil
}

// forget does so with one that is not.
func (l *loop) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[c.fd] = nil
	if !l.stopped {
		_ = l.control(syscall.EPOLL_CTL_DEL, c.fd) // what it still tells is for nobody
	}
}

func (l *loop) control(op, fd int) error {
	return syscall.EpollCtl(l.fd, op, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | edges, Fd: int32(fd)})
}

// end ends those that the loop has and that are over.
func (l *loop) end(over func(*conn) bool) {
	l.mu.Lock()
	var all []*conn
	for _, c := range l.conns {
		if c != nil && c.inside && over(c) {
			all = append(all, c)
		}
	}
	l.mu.Unlock()
	for _, c := range all {
		c.guest.End()
	}
}

func (l *loop) stop() {
	l.mu.Lock()
	l.stopped = true
	l.mu.Unlock()
	l.poll.Close()
}
