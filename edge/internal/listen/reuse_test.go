//go:build linux

package listen_test

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/listen"
)

// TestTakeOver hands a port from listener to listener while clients connect
// without a pause: none may be refused or cut off, and each must be served by
// whoever came last once the one before it has no more in its queue.
func TestTakeOver(t *testing.T) {
	share := func(o *listen.Options) { o.Share = true }
	first, _ := open(t, listen.Limits{}, share)
	addr := first.Addr().String()
	stopFirst := echo(t, first, 0)

	var failed atomic.Pointer[error]
	var asked [8]atomic.Int64 // by client
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for i := range asked {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := whoAnswers(addr); err != nil {
					failed.Store(&err)
					return
				}
				asked[i].Add(1)
			}
		})
	}
	stopLast := stopFirst
	for generation := byte(1); generation <= 5; generation++ {
		next, _ := open(t, listen.Limits{}, func(o *listen.Options) { share(o); o.Addr = addr })
		stopNext := echo(t, next, generation)
		// The kernel's choice is immediate; what was chosen before is in the queue.
		for range 20 {
			if who, err := whoAnswers(addr); err != nil || who != generation {
				t.Errorf("%d answers, want %d (%v)", who, generation, err)
			}
		}
		// Who has had two answers since then has none of its connections there.
		for i := range asked {
			before := asked[i].Load()
			for deadline := time.Now().Add(20 * time.Second); asked[i].Load() < before+2 && time.Now().Before(deadline) && failed.Load() == nil; {
				time.Sleep(time.Millisecond)
			}
		}
		stopLast()
		stopLast = stopNext
	}
	close(stop)
	clients.Wait()
	stopLast()
	if err := failed.Load(); err != nil {
		t.Error(*err)
	}
}

// echo answers each connection with a byte, until it is stopped.
func echo(t *testing.T, l *listen.Listener, who byte) (stop func()) {
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte{who})
			c.Close()
		}
	})
	return func() {
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		serving.Wait()
	}
}

func whoAnswers(addr string) (byte, error) {
	c, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		time.Sleep(10 * time.Millisecond) // this machine's ports are all in use for the moment
		return whoAnswers(addr)
	}
	if err != nil {
		return 0, err
	}
	defer c.Close()
	b := make([]byte, 1)
	_, err = io.ReadFull(c, b)
	return b[0], err
}
