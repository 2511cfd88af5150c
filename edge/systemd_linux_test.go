package main

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// isEdge is set where this test's program is to be an edge.
const isEdge = "FINGERPOST_TEST_IS_EDGE"

func TestMain(m *testing.M) {
	if os.Getenv(isEdge) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// As systemd has it: a socket that was opened before the edge, on which a visitor
// waits already, and another one that hears how far the edge is.
func TestF15Systemd(t *testing.T) {
	dir := t.TempDir()
	told, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: filepath.Join(dir, "notify")})
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	visitor, err := net.Dial("tcp", port.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer visitor.Close()
	limit := time.Now().Add(30 * time.Second)
	for _, set := range []func(time.Time) error{told.SetDeadline, visitor.SetDeadline} {
		if err := set(limit); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(visitor, "GET /code HTTP/1.1\r\nHost: other.example\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	edge := activated(t, port.(*net.TCPListener), told.LocalAddr().String(),
		"--id", "edge", "--etcd", domains(t), "--ops-addr", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--drain", "0s")

	hear(t, told, "READY=1")
	answer, err := http.ReadResponse(bufio.NewReader(visitor), nil)
	if err != nil || answer.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("who waited is answered %+v, %v", answer, err)
	}
	if err := edge.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	hear(t, told, "STOPPING=1")
	if err := edge.Wait(); err != nil {
		t.Error("the edge ended with ", err)
	}
}

// activated starts an edge with a socket as systemd would, with the number of the
// process in its environment.
func activated(t *testing.T, port *net.TCPListener, notify string, flags ...string) *exec.Cmd {
	t.Helper()
	socket, err := port.File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	defer port.Close()
	edge := exec.Command("sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, os.Args[0]}, flags...)...)
	edge.Env = append(os.Environ(), isEdge+"=1", "LISTEN_FDS=1", "NOTIFY_SOCKET="+notify)
	edge.ExtraFiles = []*os.File{socket} // the first is 3, as systemd has it
	edge.Stderr = os.Stderr
	if err := edge.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = edge.Process.Kill() })
	return edge
}

// domains is where a feed is that knows of a domain.
func domains(t *testing.T) (etcd string) {
	t.Helper()
	etcd = feedtest.Start(t).Endpoint()
	client, err := feed.New(feed.Options{Endpoints: []string{etcd}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	feedtest.PublishDomain(t, client, &wire.Domain{Name: "a.example", Version: 1})
	return etcd
}

// hear reads what the edge says next.
func hear(t *testing.T, told *net.UnixConn, want string) {
	t.Helper()
	b := make([]byte, 100)
	if n, err := told.Read(b); err != nil || string(b[:n]) != want {
		t.Fatalf("systemd is told %q, %v, want %q", b[:n], err, want)
	}
}
