package process_test

import (
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/process"
)

func shell(t *testing.T, script string, env ...string) *process.Process {
	t.Helper()
	return process.Start(t, process.Spec{Path: "/bin/sh", Args: []string{"-c", script}, Env: env})
}

func TestOutputAndExitStatus(t *testing.T) {
	p := shell(t, `echo "ready edge=$WHERE"; echo careful >&2; exit 3`, "WHERE=here")
	if line := p.Line("ready ", 10*time.Second); line != "ready edge=here" {
		t.Errorf("got line %q", line)
	}
	if status := p.Wait(10 * time.Second); status != 3 {
		t.Errorf("got status %d, want 3", status)
	}
	if p.Stderr() != "careful\n" || !strings.HasPrefix(p.Stdout(), "ready") || !p.Ended() {
		t.Errorf("stdout %q, stderr %q, ended %v", p.Stdout(), p.Stderr(), p.Ended())
	}
}

func TestSignals(t *testing.T) {
	p := shell(t, `trap 'echo caught; exit 0' INT; echo up; while :; do sleep 0.01; done`)
	p.Line("up", 10*time.Second)
	p.Signal(syscall.SIGINT)
	if status := p.Wait(10 * time.Second); status != 0 || !strings.Contains(p.Stdout(), "caught") {
		t.Errorf("got status %d, stdout %q", status, p.Stdout())
	}
	p.Signal(syscall.SIGINT) // does no harm
}

func TestKill(t *testing.T) {
	p := shell(t, `echo up; exec sleep 600`)
	p.Line("up", 10*time.Second)
	p.Kill()
	if !p.Ended() || p.Wait(time.Second) != -1 {
		t.Errorf("ended %v, status %d; want it killed", p.Ended(), p.Wait(time.Second))
	}
}

func TestSettingsOfTheCallerDoNotReachTheChild(t *testing.T) {
	t.Setenv("FINGERPOST_KEY", "of the caller")
	p := shell(t, `echo "key=$FINGERPOST_KEY"`)
	if line := p.Line("key=", 10*time.Second); line != "key=" {
		t.Errorf("got %q", line)
	}
}

func TestAddrIsFree(t *testing.T) {
	l, err := net.Listen("tcp", process.Addr(t))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}
