package larder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// state makes notes durable, in two copies that take turns: a crash while one is
// written leaves the other.
type state struct {
	dir   string
	saved uint64 // number of the newest copy
}

// saved is a copy's text, after its checksum and a space.
type savedNotes struct {
	Saved uint64           `json:"saved"`
	Until map[uint64]int64 `json:"confirmed_until"` // epoch → Unix milliseconds
}

func (s *state) name(number uint64) string {
	return filepath.Join(s.dir, fmt.Sprintf("notes.%d", number%2))
}

// load gives the newest copy that is intact, or empty notes.
func (s *state) load() map[uint64]int64 {
	until := map[uint64]int64{}
	for number := range uint64(2) {
		text, err := os.ReadFile(s.name(number))
		if err != nil {
			continue
		}
		text, ok := checked(text)
		var copy savedNotes
		if ok && json.Unmarshal(text, &copy) == nil && copy.Saved > s.saved && copy.Until != nil {
			s.saved, until = copy.Saved, copy.Until
		}
	}
	return until
}

// save is durable when it returns nil.
func (s *state) save(until map[uint64]int64) error {
	text, err := json.Marshal(savedNotes{s.saved + 1, until})
	if err != nil {
		return err
	}
	if err := writeSynced(s.name(s.saved+1), withSum(text)); err != nil {
		return err
	}
	s.saved++
	return nil
}

func writeSynced(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Sync()
}

// withSum is a line of text behind its checksum.
func withSum(text []byte) []byte {
	return fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(text), text)
}

// checked is the inverse of withSum.
func checked(line []byte) (text []byte, ok bool) {
	sum, text, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	return text, ok && string(sum) == fmt.Sprintf("%08x", crc32.ChecksumIEEE(text))
}
