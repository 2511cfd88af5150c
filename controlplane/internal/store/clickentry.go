package store

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// An entry of the journal is a wire.Batch of nothing but counts. It is written and
// read by hand, because entries are long and what is in them is much alike: the
// library would make an object of every word, which was most of the work of posting.

// The numbers of fields in wire's messages.
const (
	batchCounts = 4

	countDomain, countCode, countMinute, countCount, countBots, countParts, countVisitors = 1, 2, 3, 4, 5, 6, 7

	partDimension, partValue, partCount = 1, 2, 3
)

// counted is a count and the edge that made it.
type counted struct {
	*wire.ClickCount
	edge string
}

// appendTo puts the count into an entry, with the edge among its parts.
func (c counted) appendTo(entry []byte) ([]byte, error) {
	var space [256]byte
	edge := c.appendEdge(space[:0])
	options := proto.MarshalOptions{}
	size := options.Size(c.ClickCount)
	entry = protowire.AppendTag(entry, batchCounts, protowire.BytesType)
	entry = protowire.AppendVarint(entry, uint64(size+len(edge)))
	options.UseCachedSize = true
	entry, err := options.MarshalAppend(entry, c.ClickCount)
	if err != nil {
		return nil, fmt.Errorf("writing an entry: %w", err)
	}
	return append(entry, edge...), nil
}

// appendEdge appends the part that names the edge, if people clicked.
func (c counted) appendEdge(to []byte) []byte {
	people := c.GetCount() - c.GetBots()
	if people == 0 || c.edge == "" {
		return to
	}
	var space [192]byte
	part := protowire.AppendTag(space[:0], partDimension, protowire.VarintType)
	part = protowire.AppendVarint(part, uint64(wire.Dimension_DIMENSION_EDGE))
	part = protowire.AppendTag(part, partValue, protowire.BytesType)
	part = protowire.AppendString(part, c.edge)
	part = protowire.AppendTag(part, partCount, protowire.VarintType)
	part = protowire.AppendVarint(part, people)
	to = protowire.AppendTag(to, countParts, protowire.BytesType)
	return protowire.AppendBytes(to, part)
}
