//go:build linux

package peers

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// serverCPU and clientCPU are the processors of each side.
const serverCPU, clientCPU = "0", "1"

// server is a running process that answers redirects.
type server struct {
	name, addr string
	ops        string // the edges' second port
	pid        int
	cmd        *exec.Cmd
}

// start runs a program on a processor until stop, and waits until addr answers.
func start(name, addr, cpu string, env []string, program string, args ...string) (*server, error) {
	cmd := exec.Command("taskset", append([]string{"-c", cpu, program}, args...)...)
	var said bytes.Buffer
	cmd.Stderr, cmd.Stdout = &said, &said
	cmd.Env = append(os.Environ(), env...)
	// It must not outlive this process.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	s := &server{name: name, addr: addr, pid: cmd.Process.Pid, cmd: cmd}
	// A map of a million links takes nginx six seconds, on a busy machine many times that.
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			return s, c.Close()
		}
		if time.Now().After(deadline) {
			s.stop()
			return nil, fmt.Errorf("waiting for %s: %w: %s", name, err, said.String())
		}
	}
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(10*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	_ = s.cmd.Wait() // how it ended does not matter here
}

// processor is the processor time that the process has used.
func (s *server) processor() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid))
	if err != nil {
		return 0, fmt.Errorf("reading the processor time of %s: %w", s.name, err)
	}
	// The name, in brackets, may have spaces; utime and stime are fields 14 and 15.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("reading the processor time: too few fields")
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	const tick = 10 * time.Millisecond // USER_HZ, 100 wherever Go runs
	return time.Duration(user+system) * tick, errors.Join(err, err2)
}

// memory is what the process has in memory, in bytes.
func (s *server) memory() (int64, error) {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.pid))
	if err != nil {
		return 0, fmt.Errorf("reading the memory of %s: %w", s.name, err)
	}
	fields := strings.Fields(string(statm))
	if len(fields) < 2 {
		return 0, errors.New("reading the memory: too few fields")
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

// free gives a free address.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
