package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/deploy/standalone/etcd"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// etcd would end the process, and with it the redirects of a single machine.
func TestFullDiskEndsOnlyTheFeed(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t)
	heard := make(heard, 1)
	server, err := etcd.New(etcd.Options{Dir: filepath.Join(dir, "etcd"), Logger: slog.New(slog.NewTextHandler(heard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if err := server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	client, err := feed.New(feed.Options{Endpoints: []string{server.Addr()}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()

	fill(t, dir)
	for version := uint64(1); ; version++ {
		record := &wire.Record{
			Domain: "go.example", Code: fmt.Sprint("link", version), Version: version, Url: "https://go.dev/" + strings.Repeat("a", 8000),
		}
		published, done := context.WithTimeout(ctx, time.Second)
		_, _ = client.PublishLink(published, record) // fails once etcd has ended
		done()
		select {
		case line := <-heard:
			if !strings.Contains(line, "no space left on device") {
				t.Errorf("said %q; want why", line)
			}
			return
		case <-ctx.Done():
			t.Fatal("etcd goes on with a full disk; nothing is tested")
		default:
		}
	}
}

// smallDisk has room for the two logs that etcd prepares, and a little more.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=160m"); err != nil {
		t.Skip("mounting a small disk: ", err)
	}
	t.Cleanup(func() { // etcd still has files open: it cannot be stopped any more
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "fill"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for page := make([]byte, 4096); err == nil; {
		_, err = f.Write(page)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// heard gets the log's first line.
type heard chan string

var _ io.Writer = heard(nil)

func (h heard) Write(line []byte) (int, error) {
	select {
	case h <- string(line):
	default:
	}
	return len(line), nil
}
