package postgres

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// startWithin bounds a start; recovery after a kill is part of it.
const startWithin = 30 * time.Second

// Server is a PostgreSQL server in one folder, on one port of 127.0.0.1. It is
// for one goroutine at a time.
type Server struct {
	dir, programs string
	settings      []string
	port          int
	logger        *slog.Logger
	process       *os.Process
	ended         chan struct{} // closed when process has been waited for
}

// Run starts a server on the database cluster in dir, which it makes if dir is
// empty. The user postgres must be able to enter dir's parents. Settings are
// PostgreSQL's, as name=value. The server's own log is dir/log.
func Run(dir string, logger *slog.Logger, settings ...string) (*Server, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	if err := own(dir); err != nil {
		return nil, fmt.Errorf("handing over the folder: %w", err)
	}
	s := &Server{dir: dir, programs: programs, settings: settings, logger: logger}
	if err := s.makeCluster(); err != nil {
		return nil, err
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	if err := s.Restart(); err != nil {
		return nil, err
	}
	return s, nil
}

// makeCluster makes a database cluster unless there is one.
func (s *Server) makeCluster() error {
	if _, err := os.Stat(filepath.Join(s.data(), "PG_VERSION")); err == nil {
		return nil
	}
	// C.UTF-8 orders by code point and still knows upper from lower case.
	return s.run("initdb", "--pgdata="+s.data(), "--username=postgres", "--auth=trust",
		"--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
}

// Set replaces the settings that Run was given, from the next start on.
func (s *Server) Set(settings ...string) { s.settings = settings }

// URL is where database is found.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// ID is the number of the process that runs; it has a child for each connection.
func (s *Server) ID() int { return s.process.Pid }

// Addr is the server's host:port, to put a proxy before it.
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// copyDatabase adds a database that holds what another one does, to which nobody may
// be connected.
func (s *Server) copyDatabase(of, name string) error {
	return s.run("createdb", "--host=127.0.0.1", "--port="+strconv.Itoa(s.port), "--username=postgres", "--template="+of, name)
}

// Restart starts the server on the same folder and port, stopping it first if it runs.
func (s *Server) Restart() error {
	if err := s.Stop(); err != nil {
		return err
	}
	if err := s.launch(); err != nil {
		return fmt.Errorf("starting postgres: %w", err)
	}
	if err := s.awaitReady(); err != nil {
		return errors.Join(err, s.Kill())
	}
	return nil
}

// Stop shuts the server down in order, cutting all connections. Nothing
// committed is lost.
func (s *Server) Stop() error {
	if s.process == nil {
		return nil
	}
	if err := s.Resume(); err != nil {
		return err
	}
	if err := s.signal(syscall.SIGINT); err != nil {
		return err
	}
	s.reap()
	return nil
}

// Kill ends the server and its backends at once, as a power cut of the process would.
func (s *Server) Kill() error {
	if s.process == nil {
		return nil
	}
	err := s.signalAll(syscall.SIGKILL)
	s.reap()
	return err
}

// Pause freezes the server and its backends: connections stay open, nothing answers.
func (s *Server) Pause() error { return s.signalAll(syscall.SIGSTOP) }

// Resume undoes Pause.
func (s *Server) Resume() error { return s.signalAll(syscall.SIGCONT) }

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) reap() {
	<-s.ended
	s.process = nil
}

// launch starts the server from a thread of its own: the kernel sends the
// parent-death signal when the thread that started the child ends, not the process.
func (s *Server) launch() error {
	args := []string{"-D", s.data(),
		"-c", "listen_addresses=127.0.0.1", "-c", "port=" + strconv.Itoa(s.port),
		"-c", "unix_socket_directories=", // a socket's path may not be as long as a test's folder
		"-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "fsync=on",
		"-c", "log_min_messages=warning"}
	for _, setting := range s.settings {
		args = append(args, "-c", setting) // of two the last counts
	}
	cmd, err := s.command("postgres", args...)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = log, log
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(ended)
		defer log.Close()
		err := cmd.Start()
		started <- err
		if err == nil {
			err = cmd.Wait()
			s.logger.Debug("postgres ended", "result", err)
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	s.process, s.ended = cmd.Process, ended
	return nil
}

func (s *Server) awaitReady() error {
	for deadline := time.Now().Add(startWithin); ; time.Sleep(20 * time.Millisecond) {
		err := s.run("pg_isready", "--quiet", "--host=127.0.0.1", "--port="+strconv.Itoa(s.port))
		switch {
		case err == nil:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("postgres did not answer in %s: %w", startWithin, err)
		}
		select {
		case <-s.ended:
			text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("postgres ended at its start: %s", text)
		default:
		}
	}
}

// run runs one of PostgreSQL's programs to its end.
func (s *Server) run(program string, args ...string) error {
	cmd, err := s.command(program, args...)
	if err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running %s: %w: %s", program, err, out)
	}
	return nil
}

func (s *Server) command(program string, args ...string) (*exec.Cmd, error) {
	id, err := serverUser()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(filepath.Join(s.programs, program), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = attributes(id)
	return cmd, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("finding a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
