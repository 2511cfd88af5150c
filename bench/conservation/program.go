package conservation

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
	"time"
)

// startWithin is how long a program may take to be ready on a busy machine.
const startWithin = 60 * time.Second

// program is a process that can be killed and started again.
type program struct {
	path string
	args []string
	env  []string
	ops  string // its ops port, or what answers for it
	well string // the path there that answers 200 once it is ready
	said string // the file with what it said

	cmd   *exec.Cmd
	ended chan struct{}
}

// start starts it. Its output goes behind what it said before.
func (p *program) start() error {
	said, err := os.OpenFile(p.said, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening a log: %w", err)
	}
	defer said.Close() // the process has its own
	p.cmd = exec.Command(p.path, p.args...)
	p.cmd.Env = append([]string{"HOME=" + os.TempDir(), "PATH=" + os.Getenv("PATH")}, p.env...)
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

// ready waits until it says that it is.
func (p *program) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		if status, _, err := get(ctx, "http://"+p.ops+p.well); err == nil && status == http.StatusOK {
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

// kill ends it as a power switch does, and waits until it is gone.
func (p *program) kill() {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.ended
}

func (p *program) name() string { return filepath.Base(p.path) }

func (p *program) lastWords() string {
	said, err := os.ReadFile(p.said)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(said[max(0, len(said)-2000):]))
}

func get(ctx context.Context, url string) (status int, body []byte, err error) {
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

// free gives an address below those that the system gives to connections: nobody
// else takes it while its process is dead.
func free() (string, error) {
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000))
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", fmt.Errorf("found no free port")
}
