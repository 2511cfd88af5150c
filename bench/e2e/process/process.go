package process

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Spec says what to run.
type Spec struct {
	// Path of the program.
	Path string
	Args []string
	// Env is added to a nearly empty environment: settings of whoever runs the
	// tests must not reach the programs.
	Env []string
}

// Process is a running or ended child.
type Process struct {
	tb     testing.TB
	name   string
	cmd    *exec.Cmd
	stdout *output
	stderr *output
	done   chan struct{} // closed when it has ended
}

// Start runs s until it ends or tb does; then it is killed.
func Start(tb testing.TB, s Spec) *Process {
	tb.Helper()
	p := &Process{tb: tb, name: filepath.Base(s.Path), stdout: newOutput(), stderr: newOutput(), done: make(chan struct{})}
	p.cmd = exec.Command(s.Path, s.Args...)
	p.cmd.Env = append([]string{"HOME=" + os.TempDir(), "PATH=" + os.Getenv("PATH")}, s.Env...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.SysProcAttr = attributes()
	if err := p.cmd.Start(); err != nil {
		tb.Fatalf("starting %s: %v", p.name, err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // the exit status is read from ProcessState
	}()
	tb.Cleanup(p.end)
	return p
}

func (p *Process) end() {
	p.Kill()
	if p.tb.Failed() {
		p.tb.Logf("%s %s\nstdout:\n%s\nstderr:\n%s", p.name, strings.Join(p.cmd.Args[1:], " "), p.stdout, p.stderr)
	}
}

// Line waits for a line on standard output that starts with prefix.
func (p *Process) Line(prefix string, within time.Duration) string {
	p.tb.Helper()
	limit := time.NewTimer(within)
	defer limit.Stop()
	for {
		line, changed := p.stdout.find(prefix)
		if line != "" {
			return line
		}
		select {
		case <-changed:
		case <-p.done:
			if line, _ := p.stdout.find(prefix); line != "" {
				return line
			}
			p.tb.Fatalf("%s ended with %d and printed no line %q…", p.name, p.cmd.ProcessState.ExitCode(), prefix)
		case <-limit.C:
			p.tb.Fatalf("%s printed no line %q… within %v", p.name, prefix, within)
		}
	}
}

// Signal sends sig. A process that has ended is left alone.
func (p *Process) Signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }

// Kill ends the process at once (SIGKILL) and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Wait gives the exit status; the test fails if there is none in time.
func (p *Process) Wait(within time.Duration) int {
	p.tb.Helper()
	select {
	case <-p.done:
	case <-time.After(within):
		p.tb.Fatalf("%s has not ended within %v", p.name, within)
	}
	return p.cmd.ProcessState.ExitCode()
}

// ID is the process's number.
func (p *Process) ID() int { return p.cmd.Process.Pid }

// Ended says whether the process is gone.
func (p *Process) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Stdout is what was written so far.
func (p *Process) Stdout() string { return p.stdout.String() }

// Stderr is what was written so far.
func (p *Process) Stderr() string { return p.stderr.String() }

// output collects what a child writes, and tells of each addition.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed and replaced with each addition
}

func newOutput() *output { return &output{changed: make(chan struct{})} }

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// find gives the first complete line that starts with prefix, if there is one,
// and a channel that is closed when there is more to look at.
func (o *output) find(prefix string) (line string, changed <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for line := range strings.Lines(o.text.String()) {
		if strings.HasPrefix(line, prefix) && strings.HasSuffix(line, "\n") {
			return strings.TrimRight(line, "\r\n"), o.changed
		}
	}
	return "", o.changed
}
