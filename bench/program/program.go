package program

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// startWithin is how long a program may take to be ready on a busy machine.
const startWithin = 60 * time.Second

// Program is a process that can be killed and started again. It is for one goroutine
// at a time.
type Program struct {
	Path string
	Args []string
	Env  []string
	Ops  string // its ops port, or what answers for it
	Well string // the path there that answers 200 once it is ready
	Said string // the file with what it said

	cmd   *exec.Cmd
	ended chan struct{}
}

// Start starts it. Its output goes behind what it said before.
func (p *Program) Start() error {
	said, err := os.OpenFile(p.Said, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening a log: %w", err)
	}
	defer said.Close() // the process has its own
	p.cmd = exec.Command(p.Path, p.Args...)
	p.cmd.Env = append([]string{"HOME=" + os.TempDir(), "PATH=" + os.Getenv("PATH")}, p.Env...)
	p.cmd.Stdout, p.cmd.Stderr = said, said
	p.cmd.SysProcAttr = attributes()
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", p.name(), err)
	}
	ended := make(chan struct{})
	p.ended = ended
	go func() {
		defer close(ended)
		_ = p.cmd.Wait() // it is killed in the end, or says itself what is wrong
	}()
	return nil
}

// Ready waits until it says that it is.
func (p *Program) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		if status, _, err := Get(ctx, "http://"+p.Ops+p.Well); err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended by itself: %s", p.name(), p.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w: %s", p.name(), ctx.Err(), p.lastWords())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// ID is the process's number.
func (p *Program) ID() int { return p.cmd.Process.Pid }

// Stop asks it to end, and waits until it has.
func (p *Program) Stop(ctx context.Context) error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stopping %s: %w", p.name(), err)
	}
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the end of %s: %w", p.name(), ctx.Err())
	}
}

// Kill ends it as a power switch does, and waits until it is gone.
func (p *Program) Kill() {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.ended
}

func (p *Program) name() string { return filepath.Base(p.Path) }

func (p *Program) lastWords() string {
	said, err := os.ReadFile(p.Said)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(said[max(0, len(said)-2000):]))
}

// Get is what url answers.
func Get(ctx context.Context, url string) (status int, body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// Free gives an address below those that the system gives to connections: nobody
// else takes it while its process is dead.
func Free() (string, error) {
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000))
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", fmt.Errorf("found no free port")
}
