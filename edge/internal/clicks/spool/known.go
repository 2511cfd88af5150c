package spool

// known are the texts in the segment that a ring fills. A text has one place in
// the table, by its hash, until another one takes it; then it is written again
// when it comes again.
type known [2048]knownText

type knownText struct {
	hash   uint64
	at     uint32 // in the segment
	length uint32 // 0: there is none
}

func (k *known) of(hash uint64) *knownText { return &k[hash%uint64(len(k))] }

// is says whether words are that text. It does not compare them: the page on which
// the text stands may be on disk alone by now. Were two texts taken for one, a click
// would be told with another's agent, and counted all the same; for two of one
// length that has a chance of 1 in 2^64, and nobody can make them without the key.
func (k *knownText) is(words []byte, hash uint64) bool {
	return k.hash == hash && int(k.length) == len(words)
}
