package spool

import "bytes"

// known are the texts in the segment that a ring fills. A text has one place in
// the table, by its hash, until another one takes it; then it is written again
// when it comes again.
type known [512]knownText

type knownText struct {
	hash   uint64
	at     uint32 // in the segment
	length uint32 // 0: there is none
}

func (k *known) of(hash uint64) *knownText { return &k[hash%uint64(len(k))] }

// is says whether words are that text; hashes alone could be made to agree.
func (k *knownText) is(words []byte, hash uint64, segment []byte) bool {
	return k.hash == hash && int(k.length) == len(words) && bytes.Equal(segment[k.at+header:][:k.length], words)
}
