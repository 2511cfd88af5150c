package server_test

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/server"
)

// TestA8ImportOutlivesTheDatabase: a database that dies in the middle of an import and
// comes back costs it time only. Each row is a link, once, although nothing but its row
// tells it from others.
func TestA8ImportOutlivesTheDatabase(t *testing.T) {
	const rows = 4000
	database := postgres.StartServer(t)
	files, err := server.OpenFiles(t.Context(), server.FilesOptions{DatabaseURL: database.URL("postgres"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close(t.Context())
	killed := make(chan struct{})
	row := "https://example.com/the-same\n"
	file := io.MultiReader(strings.NewReader("long_url\n"+strings.Repeat(row, rows/2)), once(func() {
		if err := database.Kill(); err != nil {
			t.Error(err)
		}
		close(killed)
	}), strings.NewReader(strings.Repeat(row, rows/2)))
	var restart sync.Once
	var restarting sync.WaitGroup
	defer restarting.Wait()
	done, err := files.Import(t.Context(), file, server.ImportOptions{Always: true, Report: func(p server.Progress) {
		if p.Waiting != nil {
			restart.Do(func() {
				restarting.Go(func() {
					<-killed
					if err := database.Restart(); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}})
	if want := fmt.Sprint(rows, rows, 0, 0); err != nil || fmt.Sprint(done.Rows, done.Created, done.Existing, done.Failed) != want {
		t.Errorf("imported %+v: %v", done, err)
	}
	if n, err := files.Export(t.Context(), io.Discard, "csv"); err != nil || n != rows {
		t.Errorf("%d links are there: %v", n, err)
	}
}

// once is a reader of nothing that does something when it is read.
type once func()

func (f once) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}
