package clicks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// epochFile is in the data folder; it holds the newest epoch in decimal.
const epochFile = "clicks.epoch"

// nextEpoch gives an epoch that this edge never had before, and makes sure that
// it is on disk before it is used. It is the time in milliseconds, unless the
// clock was set back: then the previous epoch plus one. So even an edge whose
// folder was lost starts with a number of its own.
func nextEpoch(folder string, now time.Time) (uint64, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return 0, fmt.Errorf("making the data folder: %w", err)
	}
	path := filepath.Join(folder, epochFile)
	epoch := uint64(max(now.UnixMilli(), 1))
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return 0, fmt.Errorf("reading the epoch: %w", err)
	default:
		previous, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 63)
		if err != nil {
			return 0, fmt.Errorf("reading the epoch in %s: %w; remove the file if this edge's clock is right", path, err)
		}
		epoch = max(epoch, previous+1)
	}
	if err := writeDurably(folder, epochFile, strconv.FormatUint(epoch, 10)+"\n"); err != nil {
		return 0, fmt.Errorf("keeping the epoch: %w", err)
	}
	return epoch, nil
}

// writeDurably replaces a file so that after a power loss either the old or the
// new content is there.
func writeDurably(folder, name, content string) error {
	f, err := os.CreateTemp(folder, name+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already if all went well
	_, err = f.WriteString(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(folder, name)); err != nil {
		return err
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
