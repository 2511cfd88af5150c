package larder

import "github.com/fingerpost/fingerpost/sync/link"

// kind is what an operation does to a key's record.
type kind uint8

const (
	keep   kind = iota // stores it
	change             // replaces what is held, if anything is
	drop               // removes it
)

// operation is the newest that is to be done about one key.
type operation struct {
	kind   kind
	record record
}

// after gives the one operation that has the effect of old and then op.
func (op operation) after(old operation) operation {
	if op.kind == drop || old.kind == drop && op.kind == keep {
		return op
	}
	if old.kind == drop {
		return old // nothing is held that could be changed
	}
	merged := operation{kind: min(old.kind, op.kind), record: newer(old.record, op.record)}
	return merged
}

// on gives what is held after op, when held was before.
func (op operation) on(held record, ok bool) (record, bool) {
	switch {
	case op.kind == drop, op.kind == change && !ok:
		return record{}, false
	case !ok:
		return op.record, true
	}
	return newer(held, op.record), true
}

// newer gives the newer of two records of one key. Of two that hold the same
// version, all that is known of their freshness counts.
func newer(a, b record) record {
	switch {
	case a.link.Version > b.link.Version:
		return a
	case a.link.Version == b.link.Version:
		b.asked, b.epoch = max(a.asked, b.asked), max(a.epoch, b.epoch)
	}
	return b
}

// operations are by key.
type operations map[link.Key]operation

func (o operations) add(op operation) {
	key := op.record.link.Key
	if old, ok := o[key]; ok {
		op = op.after(old)
	}
	o[key] = op
}
