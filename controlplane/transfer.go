package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/cli"
)

// files are the flags that import and export share.
type files struct {
	database
	cli.MasterKey
	File      string `arg:"" optional:"" default:"-" help:"The file; - is standard input or output."`
	Format    string `enum:"csv,ndjson," default:"" help:"csv or ndjson. Without it, an import finds out, and an export writes CSV."`
	Workspace string `help:"Whose links. Without it: an import's go to the default workspace, an export has everybody's."`
	Domain    string `default:"localhost" help:"Domain of links that name none, as for serve."`
}

func (f *files) with(ctx context.Context, log *slog.Logger, shortURL string, use func(*server.Files) error) error {
	keys, err := f.MasterKeys()
	if err != nil {
		return cli.Start(err)
	}
	opened, err := server.OpenFiles(ctx, server.FilesOptions{
		DatabaseURL: f.DatabaseURL, MasterKeys: keys, Workspace: f.Workspace, Domain: f.Domain, ShortURL: shortURL, Logger: log,
	})
	if err != nil {
		return cli.Start(err)
	}
	return errors.Join(use(opened), opened.Close(context.WithoutCancel(ctx)))
}

type importLinks struct {
	files
	IntoDomain string `help:"Put all links into this domain, whatever their rows say."`
	IfExists   string `enum:"return,create" default:"return" help:"return: leave rows alone whose target has a link already, so that the import may be repeated. create: make another."`
}

// Run tells on standard error how far it is, and of each row that has become no
// link.
func (c *importLinks) Run(ctx context.Context, log *slog.Logger) error {
	in := os.Stdin
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return cli.Start(err)
		}
		defer file.Close()
		in = file
	}
	return c.with(ctx, log, "", func(f *server.Files) error {
		next := 0
		done, err := f.Import(ctx, in, server.ImportOptions{
			Format: c.Format, Domain: c.IntoDomain, Always: c.IfExists == "create",
			Report: func(p server.Progress) {
				for _, failure := range p.Failures {
					fmt.Fprintf(os.Stderr, "line %d: %v\n", failure.Line, failure.Err)
				}
				if p.Waiting != nil {
					fmt.Fprintf(os.Stderr, "%d rows; trying again: %v\n", p.Rows, p.Waiting)
				}
				if p.Rows >= next {
					fmt.Fprintf(os.Stderr, "%d rows\n", p.Rows)
					next = p.Rows + reportEvery
				}
			},
		})
		fmt.Printf("rows=%d created=%d existing=%d failed=%d\n", done.Rows, done.Created, done.Existing, done.Failed)
		return err
	})
}

// reportEvery is how many rows lie between two lines of progress, at least.
const reportEvery = 10_000

type exportLinks struct {
	files
	ShortURL string `placeholder:"URL" help:"What short links start with, as for serve."`
}

// Validate is called by kong.
func (c *exportLinks) Validate() error { return existing{c.database}.Validate() }

// Run writes a file beside its final name first, so that what has the name is
// whole.
func (c *exportLinks) Run(ctx context.Context, log *slog.Logger) error {
	return c.with(ctx, log, c.ShortURL, func(f *server.Files) error {
		if c.File == "-" {
			return c.write(ctx, f, os.Stdout)
		}
		partial := c.File + ".partial"
		file, err := os.OpenFile(partial, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if err := errors.Join(c.write(ctx, f, file), file.Sync(), file.Close()); err != nil {
			return err
		}
		return os.Rename(partial, c.File)
	})
}

func (c *exportLinks) write(ctx context.Context, f *server.Files, w io.Writer) error {
	buffered := bufio.NewWriterSize(w, 1<<20)
	n, err := f.Export(ctx, buffered, c.Format)
	if err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	fmt.Fprintf(os.Stderr, "links=%d\n", n)
	return nil
}
