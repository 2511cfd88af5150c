package store

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
)

// clustered is the migrations for SQLite, which keeps a row beside its primary
// key, twice, unless a table says that the key is all there is to it. The other
// databases have no word for it, so in the files it is a remark.
type clustered struct{ fs.FS }

// Open is fs.FS's.
func (c clustered) Open(name string) (fs.File, error) {
	file, err := c.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return file, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("reading migration: %w", err)
	}
	text, err := fs.ReadFile(c.FS, name)
	if err != nil {
		return nil, fmt.Errorf("reading migration: %w", err)
	}
	text = bytes.ReplaceAll(text, []byte("/* clustered */"), []byte("WITHOUT ROWID"))
	return migration{bytes.NewReader(text), info}, nil
}

type migration struct {
	*bytes.Reader
	info fs.FileInfo // of the text before: nobody asks for its size
}

func (m migration) Stat() (fs.FileInfo, error) { return m.info, nil }
func (m migration) Close() error               { return nil }
