package spool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"os"
)

// position is a place in a ring.
type position struct {
	Segment, Offset uint32
}

// notes are what a cursor must know after a crash.
type notes struct {
	Saved    uint64     // rises with every copy
	Sequence uint64     // of the newest batch; 0: there was none
	From, To []position // its records, by ring
	Last     bool       // the epoch ends with it
	Done     bool       // it has been dealt with
}

const (
	copies   = 2
	copySize = 4096
)

// notebook keeps notes in a file, in two copies that take turns: a crash while
// one is written leaves the other. Its room is taken when it is made, so that a
// full disk does not stop it. The zero notebook keeps nothing.
type notebook struct {
	file *os.File
}

// openNotebook makes a notebook, if there is none, and reads the newest notes.
// Where none can be read, the cursor begins anew: the control plane will see that
// it does, and refuse.
func openNotebook(path string, log *slog.Logger) (b notebook, n notes, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return b, n, fmt.Errorf("opening a cursor's notes: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	text, err := io.ReadAll(io.LimitReader(f, copies*copySize))
	if err != nil {
		return b, n, fmt.Errorf("reading a cursor's notes: %w", err)
	}
	b = notebook{f}
	if len(bytes.Trim(text, "\x00")) == 0 {
		err = b.reserve()
		return b, n, err
	}
	n, ok := newest(text)
	if !ok {
		log.Error("the notes of what was shipped are damaged; it begins anew", "file", path)
	}
	return b, n, nil
}

// reserve takes the room for the copies.
func (b notebook) reserve() error {
	_, err := b.file.WriteAt(make([]byte, copies*copySize), 0)
	if err = errors.Join(err, b.file.Sync()); err != nil {
		return fmt.Errorf("making a cursor's notes: %w", err)
	}
	return nil
}

// newest reads the newest intact copy.
func newest(text []byte) (n notes, ok bool) {
	for at := 0; at < len(text); at += copySize {
		body, intact := checked(text[at:min(at+copySize, len(text))])
		var copy notes
		if intact && json.Unmarshal(body, &copy) == nil && len(copy.From) == len(copy.To) && copy.Saved > n.Saved {
			n, ok = copy, true
		}
	}
	return n, ok
}

// save is durable when it returns nil. After an error the notes may be durable or
// not; the next ones go to the same copy.
func (b notebook) save(n *notes) error {
	if b.file == nil {
		return nil
	}
	n.Saved++
	text, err := json.Marshal(n)
	if err == nil {
		page := make([]byte, copySize)
		if text = withSum(text); copy(page, text) < len(text) {
			return fmt.Errorf("saving a cursor's notes: %d bytes are too many", len(text))
		}
		_, err = b.file.WriteAt(page, int64(n.Saved%copies)*copySize)
	}
	if err = errors.Join(err, b.sync(err)); err != nil {
		n.Saved--
		return fmt.Errorf("saving a cursor's notes: %w", err)
	}
	return nil
}

// sync makes what was written durable, unless that failed.
func (b notebook) sync(written error) error {
	if written != nil {
		return nil
	}
	return b.file.Sync()
}

func (b notebook) close() {
	if b.file != nil {
		_ = b.file.Close() // everything is synced
	}
}

// withSum is a line of text behind its checksum.
func withSum(text []byte) []byte {
	return fmt.Appendf(nil, "%08x %s\n", crc32.Checksum(text, castagnoli), text)
}

// checked is the inverse of withSum; zeros may follow the line.
func checked(page []byte) (text []byte, ok bool) {
	line, _, ok := bytes.Cut(page, []byte("\n"))
	sum, text, found := bytes.Cut(line, []byte(" "))
	return text, ok && found && string(sum) == fmt.Sprintf("%08x", crc32.Checksum(text, castagnoli))
}
