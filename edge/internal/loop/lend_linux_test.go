package loop_test

import (
	"errors"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/loop"
)

// much is more than the kernel takes at once.
const much = 16 << 20

// A connection that is lent is the borrower's alone, and what has arrived
// meanwhile is served when he returns it.
func TestLent(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one loop
	h := open(t, loop.Options{})
	_, other := h.take(nil)
	lent, read := make(chan struct{}), make(chan struct{})
	g, client := h.take(func(g *guest, s loop.Socket, _ []byte) {
		b := make([]byte, 3)
		close(lent)
		<-read
		if _, err := io.ReadFull(g.conn, b); err != nil { // it is there
			t.Error(err)
		}
		if _, err := g.conn.Write(append([]byte("lent "), b...)); err != nil {
			t.Error(err)
		}
		<-read
		if !s.Return() {
			t.Error("the loop does not have it again")
		}
	})
	say(t, client, "ab")
	hear(t, client, "ab")
	say(t, client, "lend")
	<-lent
	say(t, client, "abc")
	say(t, other, "turn") // the loop has had one then, and seen both
	hear(t, other, "turn")
	read <- struct{}{}
	hear(t, client, "lent abc")
	say(t, client, "more")
	read <- struct{}{}
	hear(t, client, "more")
	client.Close()
	over(t, g.ended)
}

// Who is lent is told what the client did not take at once; what was said before
// is heard before what the borrower says.
func TestRestIsForTheBorrower(t *testing.T) {
	zeros := string(make([]byte, much))
	for words, want := range map[string]string{"much": zeros, "muchlend": zeros, "abclend": "abc", "lend": ""} {
		t.Run(words, func(t *testing.T) {
			h := open(t, loop.Options{})
			g, client := h.take(func(g *guest, s loop.Socket, rest []byte) {
				if _, err := g.conn.Write(append(rest, "lent"...)); err != nil {
					t.Error(err)
				}
				g.End()
			})
			say(t, client, words)
			said, err := io.ReadAll(client)
			if err != nil || string(said) != want+"lent" {
				t.Errorf("heard %d bytes, %v, want %d and what the borrower says", len(said), err, len(want))
			}
			over(t, g.ended)
		})
	}
}

// A borrower may wait for the client, in both directions and within deadlines. The
// connection is his from then on.
func TestBorrowerMayWait(t *testing.T) {
	for name, converse := range map[string]func(g *guest) error{
		"to read": func(g *guest) error {
			_, err := io.ReadFull(g.conn, make([]byte, 4))
			return err
		},
		"to write": func(g *guest) error {
			_, err := g.conn.Write(make([]byte, much))
			return err
		},
		"to read in vain": func(g *guest) error {
			if err := g.conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
				return err
			}
			if _, err := g.conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				return errors.Join(errors.New("no deadline"), err)
			}
			return g.conn.SetReadDeadline(time.Time{})
		},
		"to write in vain": func(g *guest) error {
			if err := g.conn.SetWriteDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
				return err
			}
			if _, err := g.conn.Write(make([]byte, much)); !errors.Is(err, os.ErrDeadlineExceeded) {
				return errors.Join(errors.New("no deadline"), err)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, loop.Options{})
			waiting, done := make(chan struct{}), make(chan struct{})
			_, client := h.take(func(g *guest, s loop.Socket, _ []byte) {
				defer g.End()
				close(waiting)
				if err := converse(g); err != nil {
					t.Error(err)
				}
				if s.Return() {
					t.Error("the loop has it again")
				}
				close(done)
			})
			say(t, client, "lend")
			<-waiting
			switch name {
			case "to read":
				say(t, client, "abcd")
			case "to write":
				if _, err := io.CopyN(io.Discard, client, much); err != nil {
					t.Error(err)
				}
			}
			over(t, done)
		})
	}
}

// Nobody returns a connection to a loop that has ended.
func TestReturnAfterStop(t *testing.T) {
	h := open(t, loop.Options{})
	lent, stopped, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	_, client := h.take(func(g *guest, s loop.Socket, _ []byte) {
		close(lent)
		<-stopped
		if s.Return() {
			t.Error("a loop that has ended has it")
		}
		g.End()
		close(done)
	})
	say(t, client, "lend")
	<-lent
	h.loops.Stop()
	close(stopped)
	over(t, done)
}
