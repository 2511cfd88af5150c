package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// numberFile is in the data folder; it holds the newest epoch in decimal.
const numberFile = "clicks.epoch"

// lastNumber is the newest epoch that this edge has had, 0 if none.
func lastNumber(data string) (uint64, error) {
	path := filepath.Join(data, numberFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the epoch: %w", err)
	}
	number, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 63)
	if err != nil {
		return 0, fmt.Errorf("reading the epoch in %s: %w; remove the file if this edge's clock is right", path, err)
	}
	return number, nil
}

// keepNumber makes sure that no later epoch gets number again. It is durable when
// it returns nil.
func keepNumber(data string, number uint64) error {
	f, err := os.CreateTemp(data, numberFile+".*")
	if err != nil {
		return fmt.Errorf("keeping the epoch: %w", err)
	}
	defer os.Remove(f.Name()) // gone already if all went well
	_, err = fmt.Fprintln(f, number)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keeping the epoch: %w", err)
	}
	if err := os.Rename(f.Name(), filepath.Join(data, numberFile)); err != nil {
		return fmt.Errorf("keeping the epoch: %w", err)
	}
	return syncFolder(data)
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing a folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("syncing a folder: %w", err)
	}
	return nil
}
