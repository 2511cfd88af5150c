package larder

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// file is the pages on disk.
type file struct {
	f     *os.File
	pages int
}

// openFile makes the file whole: what was cut off reads as empty pages. A file
// of another number of pages, whose keys would all stand elsewhere, is removed.
func openFile(dir string, bytes int64) (*file, error) {
	pages := int(bytes / pageSize)
	name := filepath.Join(dir, fmt.Sprintf("links.%d", pages))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the larder: %w", err)
	}
	if err := f.Truncate(int64(pages) * pageSize); err != nil {
		return nil, errors.Join(fmt.Errorf("sizing the larder: %w", err), f.Close())
	}
	others, _ := filepath.Glob(filepath.Join(dir, "links.*"))
	for _, other := range others {
		if other != name {
			_ = os.Remove(other) // it only takes room
		}
	}
	return &file{f, pages}, nil
}

// read fills page, which is pageSize long.
func (f *file) read(number int, page []byte) error {
	n, err := f.f.ReadAt(page, int64(number)*pageSize)
	if errors.Is(err, io.EOF) { // somebody cut the file short
		clear(page[n:])
		return nil
	}
	return err
}

// write writes the blocks in which page differs from old, which is what the
// file holds, or all if old is nil.
func (f *file) write(number int, old, page []byte) error {
	for at := 0; at < pageSize; at += blockSize {
		block := page[at : at+blockSize]
		if old != nil && bytes.Equal(old[at:at+blockSize], block) {
			continue
		}
		if _, err := f.f.WriteAt(block, int64(number)*pageSize+int64(at)); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) sync() error  { return f.f.Sync() }
func (f *file) close() error { return f.f.Close() }
