package postgres

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// signal tells the server, not its backends.
func (s *Server) signal(sig syscall.Signal) error {
	if s.process == nil {
		return errors.New("postgres does not run")
	}
	if err := s.process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signalling postgres: %w", err)
	}
	return nil
}

// signalAll tells the server and its backends. The server is stopped while its
// backends are looked up, so that it forks none that would be missed; they are
// found by their parent, because each leads a process group of its own.
func (s *Server) signalAll(sig syscall.Signal) error {
	if err := s.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	backends, err := childrenOf(s.process.Pid)
	for _, pid := range backends {
		if e := syscall.Kill(pid, sig); e != nil && !errors.Is(e, syscall.ESRCH) {
			err = errors.Join(err, e)
		}
	}
	return errors.Join(err, s.signal(sig))
}

// childrenOf reads the process table: Linux only, like the faults it is for.
func childrenOf(parent int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var children []int
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		// pid (name) state ppid …; the name may hold spaces and parentheses.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			if err == nil {
				children = append(children, pid)
			}
		}
	}
	return children, nil
}
