package store

import (
	"encoding/binary"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// field is one of a message; it has a number or bytes.
type field struct {
	name   protowire.Number
	number uint64
	bytes  []byte
}

// nextField takes the first field off a message.
func nextField(message []byte) (f field, rest []byte, err error) {
	name, kind, tagged := protowire.ConsumeTag(message)
	n := tagged
	if n >= 0 {
		f.name = name
		switch rest = message[tagged:]; kind {
		case protowire.VarintType:
			f.number, n = protowire.ConsumeVarint(rest)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(rest)
		default:
			n = protowire.ConsumeFieldValue(name, kind, rest)
		}
	}
	if n < 0 {
		return field{}, nil, fmt.Errorf("reading the journal: %w", protowire.ParseError(n))
	}
	return f, rest[n:], nil
}

// entryReader reads entries. Texts are made once, however often they come, and other
// objects many at a time.
type entryReader struct {
	texts  map[string]string
	counts []wire.ClickCount // room
	parts  []wire.Part       // room
	list   []*wire.Part      // of one count
}

// readerRoom is how many objects are made at a time.
const readerRoom = 512

func (r *entryReader) read(entry []byte) (all []*wire.ClickCount, err error) {
	r.texts = make(map[string]string)
	for len(entry) > 0 {
		var f field
		if f, entry, err = nextField(entry); err != nil {
			return nil, err
		}
		if f.name != batchCounts {
			continue
		}
		c, err := r.count(f.bytes)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (r *entryReader) count(message []byte) (*wire.ClickCount, error) {
	if len(r.counts) == 0 {
		r.counts = make([]wire.ClickCount, readerRoom)
	}
	c := &r.counts[0]
	r.counts, r.list = r.counts[1:], r.list[:0]
	for len(message) > 0 {
		f, rest, err := nextField(message)
		if err != nil {
			return nil, err
		}
		switch message = rest; f.name {
		case countDomain:
			c.Domain = r.text(f.bytes)
		case countCode:
			c.Code = r.text(f.bytes)
		case countMinute:
			c.Minute = int64(f.number)
		case countCount:
			c.Count = f.number
		case countBots:
			c.Bots = f.number
		case countParts:
			if err := r.part(f.bytes); err != nil {
				return nil, err
			}
		case countVisitors:
			c.Visitors = registers(c.Visitors, f.bytes)
		}
	}
	c.Parts = slices.Clone(r.list)
	return c, nil
}

func (r *entryReader) part(message []byte) error {
	if len(r.parts) == 0 {
		r.parts = make([]wire.Part, readerRoom)
	}
	p := &r.parts[0]
	r.parts, r.list = r.parts[1:], append(r.list, p)
	for len(message) > 0 {
		f, rest, err := nextField(message)
		if err != nil {
			return err
		}
		switch message = rest; f.name {
		case partDimension:
			p.Dimension = wire.Dimension(f.number)
		case partValue:
			p.Value = r.text(f.bytes)
		case partCount:
			p.Count = f.number
		}
	}
	return nil
}

func (r *entryReader) text(b []byte) string {
	if known, ok := r.texts[string(b)]; ok {
		return known
	}
	text := string(b)
	r.texts[text] = text
	return text
}

func registers(to []uint32, packed []byte) []uint32 {
	to = slices.Grow(to, len(packed)/4)
	for ; len(packed) >= 4; packed = packed[4:] {
		to = append(to, binary.LittleEndian.Uint32(packed))
	}
	return to
}
