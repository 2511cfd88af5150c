package idempotency

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Answer is what a client was told.
type Answer struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

// succeeded says that what was asked for has happened.
func (a *Answer) succeeded() bool { return a.Status < 400 }

// unknown says that the outcome is open: a commit may have been cut off.
func (a *Answer) unknown() bool { return a.Status >= 500 || a.Status == statusAbandoned }

// statusAbandoned is what a request of a client that hung up ends with.
const statusAbandoned = 499

// Sealer encrypts answers under an API key.
type Sealer struct{ aead cipher.AEAD }

// NewSealer derives a sealer from an API key as the client presents it. The
// database holds only the key's hash, so it cannot open what it keeps.
func NewSealer(apiKey string) (*Sealer, error) {
	key, err := hkdf.Key(sha256.New, []byte(apiKey), nil, "fingerpost idempotent answers", 32)
	if err != nil {
		return nil, fmt.Errorf("deriving key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("making cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("making cipher: %w", err)
	}
	return &Sealer{aead}, nil
}

// seal binds a to its name, so that an answer cannot be moved to another one.
func (s *Sealer) seal(a *Answer, name Name) ([]byte, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("writing answer: %w", err)
	}
	return s.aead.Seal(nil, nil, text, name.Hash[:]), nil
}

func (s *Sealer) open(sealed []byte, name Name) (*Answer, error) {
	text, err := s.aead.Open(nil, nil, sealed, name.Hash[:])
	if err != nil {
		return nil, errors.New("opening stored answer: it is not sealed under this API key")
	}
	a := new(Answer)
	if err := json.Unmarshal(text, a); err != nil {
		return nil, fmt.Errorf("reading stored answer: %w", err)
	}
	return a, nil
}
