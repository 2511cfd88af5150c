//go:build linux

package listen_test

import (
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

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

// outOfFiles takes every descriptor but the one that a client needs, so that its
// connection cannot be accepted, gives them back, and expects it to be.
func outOfFiles(t *testing.T) {
	failed := make(chan struct{}, 1000)
	l, _ := open(t, listen.Limits{}, func(o *listen.Options) {
		o.Logger = slog.New(slog.NewTextHandler(signal(failed), nil))
	})
	conns := accepting(t, l)
	few := syscall.Rlimit{Cur: 64, Max: 64}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	var files []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if errors.Is(err, syscall.EMFILE) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	files[0].Close()
	dial(t, l)
	select {
	case <-failed:
	case <-time.After(20 * time.Second):
		t.Error("accepting has not failed")
	}
	for _, f := range files[1:] {
		f.Close()
	}
	select {
	case c := <-conns:
		c.Close()
	case <-time.After(20 * time.Second):
		t.Error("the connection is never accepted")
	}
}

// signal is written to when something is logged.
type signal chan<- struct{}

func (s signal) Write(b []byte) (int, error) {
	s <- struct{}{}
	return len(b), nil
}
