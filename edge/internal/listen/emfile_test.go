//go:build linux

package listen_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/listen"
)

const childVariable = "FINGERPOST_TEST_FEW_FILES"

// TestOutOfFiles runs itself in a process that may open few files.
func TestOutOfFiles(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		outOfFiles(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestOutOfFiles$", "-test.v")
	cmd.Env = append(os.Environ(), childVariable+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// outOfFiles opens connections until neither side can have one more, ends them,
// and expects the next to be let in.
func outOfFiles(t *testing.T) {
	l, _ := open(t, listen.Limits{}, nil)
	conns := accepting(t, l)
	few := syscall.Rlimit{Cur: 64, Max: 64}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	var clients []net.Conn
	for {
		c, err := net.Dial("tcp", l.Addr().String())
		if errors.Is(err, syscall.EMFILE) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		clients = append(clients, c)
	}
	// The last client's connection is in the queue, and accepting it has failed:
	// every descriptor is taken.
	for _, c := range clients {
		c.Close()
	}
	for range clients {
		(<-conns).Close()
	}
	dial(t, l)
	(<-conns).Close()
}
