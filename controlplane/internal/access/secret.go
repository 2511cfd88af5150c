package access

import (
	"crypto/rand"
	"fmt"
	"math/big"
)

// Parts of a key: fp_<id>_<secret>. 40 base62 digits are 238 bits. The prefix
// lets secret scanners find keys that were committed by mistake.
const (
	keyPrefix    = "fp_"
	idDigits     = 8
	secretDigits = 40
	digits       = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// MinPreset and MaxPreset bound the length of a key that an operator chose.
const (
	MinPreset = 24
	MaxPreset = 256
)

// newSecret makes a key and its public id.
func newSecret() (id, secret string) {
	id = randomDigits(idDigits)
	return id, keyPrefix + id + "_" + randomDigits(secretDigits)
}

// randomDigits is n random base62 digits, each equally likely.
func randomDigits(n int) string {
	text := make([]byte, n)
	base := big.NewInt(int64(len(digits)))
	for i := range text {
		digit, err := rand.Int(rand.Reader, base)
		if err != nil {
			// crypto/rand does not fail since Go 1.24; a guessable key would be worse.
			panic(fmt.Sprintf("reading random digits: %v", err))
		}
		text[i] = digits[digit.Int64()]
	}
	return string(text)
}

// CheckPreset says why an operator's own admin key is refused. The error does
// not quote the key.
func CheckPreset(key string) error {
	if len(key) < MinPreset || len(key) > MaxPreset {
		return fmt.Errorf("must be %d to %d characters long; make one with: openssl rand -hex 24", MinPreset, MaxPreset)
	}
	for i := 0; i < len(key); i++ {
		if key[i] <= ' ' || key[i] > '~' {
			return fmt.Errorf("has a character at position %d that is not visible ASCII; make one with: openssl rand -hex 24", i+1)
		}
	}
	return nil
}
