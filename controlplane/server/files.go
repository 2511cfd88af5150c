package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/api"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/transfer"
	"github.com/fingerpost/fingerpost/sync/link"
)

// ReadWords reads a file of words: one a line, in any case; what follows # is a
// remark. Without a file there are none.
func ReadWords(file string) ([]string, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--offensive-words: %w", err)
	}
	return links.ReadWords(string(text)), nil
}

// Files brings links in and out as files, for the command line: it needs no
// server that runs. What it imports is published by the servers that do.
type Files struct {
	server    *Server
	workspace string
}

// FilesOptions of OpenFiles, as in Options.
type FilesOptions struct {
	DatabaseURL, MasterKeys, Domain, ShortURL string
	// Workspace is whose links are brought in and out; "" means the default one's
	// in, and everybody's out.
	Workspace string
	Logger    *slog.Logger
}

// Progress is how far an import has come.
type Progress = transfer.Progress

// OpenFiles opens the database and brings it to this build's tables.
func OpenFiles(ctx context.Context, o FilesOptions) (*Files, error) {
	s, err := New(Options{
		DatabaseURL: o.DatabaseURL, MasterKeys: o.MasterKeys, Domain: o.Domain, ShortURL: o.ShortURL, Logger: o.Logger,
		Etcd: []string{"127.0.0.1:2379"}, // never opened
	})
	if err != nil {
		return nil, err
	}
	for _, begin := range []func(context.Context) error{s.openStore, s.readDomains, s.openCodes, s.openLinks} {
		if err := begin(ctx); err != nil {
			return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
		}
	}
	f := &Files{s, o.Workspace}
	if err := f.checkWorkspace(ctx); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	return f, nil
}

// checkWorkspace: links of a workspace that is not there would be nobody's.
func (f *Files) checkWorkspace(ctx context.Context) error {
	if f.workspace == "" {
		return nil
	}
	_, err := f.server.store.ReadWorkspace(ctx, f.workspace)
	if errors.Is(err, access.ErrNotFound) {
		return fmt.Errorf("--workspace: there is no workspace %q", f.workspace)
	}
	return err
}

// Close gives the database back.
func (f *Files) Close(ctx context.Context) error { return f.server.Stop(ctx) }

// ImportOptions of Import.
type ImportOptions struct {
	Format string // csv or ndjson; "" to find out
	Domain string // where all links go; "" for what their rows say
	Always bool   // create links although there are some to the same targets
	Report func(Progress)
}

// Import makes links of what r holds. After an error it may be repeated: what
// was made is found again.
func (f *Files) Import(ctx context.Context, r io.Reader, o ImportOptions) (Progress, error) {
	format, err := transfer.ParseFormat(o.Format)
	if err != nil {
		return Progress{}, err
	}
	reader, err := transfer.NewReader(r, format)
	if err != nil {
		return Progress{}, err
	}
	return transfer.Import(ctx, f.server.links, reader, transfer.Settings{
		By:     links.Caller{ID: "import", Workspace: cmp.Or(f.workspace, access.DefaultWorkspace), Admin: true},
		Domain: o.Domain, Always: o.Always, Report: o.Report, Now: time.Now,
	})
}

// Export writes all links.
func (f *Files) Export(ctx context.Context, w io.Writer, format string) (n int, err error) {
	parsed, err := transfer.ParseFormat(format)
	if err != nil {
		return 0, err
	}
	by := links.Caller{ID: "export", Workspace: f.workspace, Admin: f.workspace == ""}
	q := links.Query{Order: links.OldestFirst}
	out := transfer.NewWriter(w, parsed)
	err = transfer.Export(ctx, f.server.links, by, q, func(ctx context.Context, page []*links.Link) error {
		clicks, err := f.server.store.CountClicks(ctx, keysOf(page))
		if err != nil {
			return fmt.Errorf("counting clicks: %w", err)
		}
		for _, l := range page {
			if err := out.Write(l, api.ShortURL(f.server.ShortURL, f.server.Domain, l.Key), clicks[l.Key].Count); err != nil {
				return err
			}
		}
		n += len(page)
		return out.Flush()
	})
	return n, err
}

func keysOf(page []*links.Link) []link.Key {
	keys := make([]link.Key, len(page))
	for i, l := range page {
		keys[i] = l.Key
	}
	return keys
}
