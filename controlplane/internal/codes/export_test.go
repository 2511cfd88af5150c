package codes

// NewTiny is New for lengths that can be tried exhaustively.
func NewTiny(key []byte, length int) (*Codec, error) { return newCodec(key, length) }
