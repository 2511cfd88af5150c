package visitors

import (
	"fmt"

	"github.com/axiomhq/hyperloglog"
)

const (
	// rankBits is how much of a register's word its rank takes.
	rankBits = 6
	// indexShift leaves the top 25 bits of a hash to the register's index.
	indexShift = 64 - 25
	// maxRank is that of a hash whose other bits are all zero.
	maxRank = indexShift + 1
)

// Valid says whether a word from an edge is a register: its index of 2^25 and its
// rank, 1 to 40.
func Valid(register uint32) bool {
	rank := register & (1<<rankBits - 1)
	return register>>rankBits < 1<<25 && rank >= 1 && rank <= maxRank
}

// Sketch is a HyperLogLog sketch of 2^16 registers. It is not safe for concurrent
// use.
type Sketch struct{ log *hyperloglog.Sketch }

// New makes an empty one, which takes 64 KiB at most and little at first.
func New() *Sketch { return &Sketch{hyperloglog.New16()} }

// Add adds a valid register: as the hash that would have touched it.
func (s *Sketch) Add(register uint32) {
	index, rank := uint64(register>>rankBits), register&(1<<rankBits-1)
	s.log.InsertHash(index<<indexShift | 1<<indexShift>>rank)
}

// Merge adds what Encode gave.
func (s *Sketch) Merge(encoded []byte) error {
	other := new(hyperloglog.Sketch)
	if err := other.UnmarshalBinary(encoded); err != nil {
		return fmt.Errorf("reading sketch: %w", err)
	}
	if err := s.log.Merge(other); err != nil {
		return fmt.Errorf("merging sketch: %w", err)
	}
	return nil
}

// Encode writes the sketch; two of the same visitors may differ in bytes.
func (s *Sketch) Encode() ([]byte, error) {
	encoded, err := s.log.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("writing sketch: %w", err)
	}
	return encoded, nil
}

// Estimate says how many visitors there were.
func (s *Sketch) Estimate() uint64 { return s.log.Estimate() }
