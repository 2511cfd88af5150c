package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrUnknownKey: a secret is sealed under a key that the box does not have.
var ErrUnknownKey = errors.New("sealed under a master key that was not given")

// Box seals under one key and opens what was sealed under any of its keys. A nil Box
// has none: it leaves secrets in the clear.
type Box struct {
	id   string                 // of the key that seals
	keys map[string]cipher.AEAD // those that open, by id
}

// New makes a box that seals under the first key and opens with all of them.
func New(keys ...[KeyBytes]byte) (*Box, error) {
	if len(keys) == 0 {
		return nil, errNoKey
	}
	b := &Box{id: identity(keys[0]), keys: make(map[string]cipher.AEAD)}
	for _, key := range keys {
		block, err := aes.NewCipher(key[:])
		if err != nil {
			return nil, fmt.Errorf("preparing a master key: %w", err)
		}
		if b.keys[identity(key)], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, fmt.Errorf("preparing a master key: %w", err)
		}
	}
	return b, nil
}

// identity names a key. It tells nothing of it: the key is random.
func identity(key [KeyBytes]byte) string {
	sum := sha256.Sum256(append([]byte("fingerpost master key "), key[:]...))
	return hex.EncodeToString(sum[:8])
}

// ID names the key that seals; "" is none.
func (b *Box) ID() string {
	if b == nil {
		return ""
	}
	return b.id
}

// Knows says whether the box opens what the key with this id has sealed. Everybody
// opens what is in the clear.
func (b *Box) Knows(id string) bool { return id == "" || b != nil && b.keys[id] != nil }

// Seal gives secret as it may stand in its place, the name of a row and column. The
// key's ID must be kept beside it.
func (b *Box) Seal(place string, secret []byte) []byte {
	if b == nil {
		return secret
	}
	return b.keys[b.id].Seal(nil, nil, secret, []byte(place))
}

// Open gives the secret that stands in a place, sealed by the key with this id.
func (b *Box) Open(place string, stored []byte, id string) ([]byte, error) {
	switch {
	case id == "":
		return stored, nil
	case !b.Knows(id):
		return nil, fmt.Errorf("opening %s: %w (%s)", place, ErrUnknownKey, id)
	}
	secret, err := b.keys[id].Open(nil, nil, stored, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("opening %s, which was altered: %w", place, err)
	}
	return secret, nil
}
