package store

import (
	"fmt"
	"io/fs"
	"strings"
)

// worded is the migrations for a database that has words of its own. For the
// others these are remarks in the files.
type worded struct {
	fs.FS
	words *strings.Replacer
}

// Open is fs.FS's.
func (w worded) Open(name string) (fs.File, error) {
	file, err := w.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return file, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("reading migration: %w", err)
	}
	text, err := fs.ReadFile(w.FS, name)
	if err != nil {
		return nil, fmt.Errorf("reading migration: %w", err)
	}
	return migration{strings.NewReader(w.words.Replace(string(text))), info}, nil
}

type migration struct {
	*strings.Reader
	info fs.FileInfo // of the text before: nobody asks for its size
}

func (m migration) Stat() (fs.FileInfo, error) { return m.info, nil }
func (m migration) Close() error               { return nil }
