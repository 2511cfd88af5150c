package webhooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// secretPrefix lets people and scanners see what a secret is for.
const secretPrefix = "whsec_"

// newSecret makes 256 bits, in the form of Standard Webhooks.
func newSecret() string {
	var key [32]byte
	_, _ = rand.Read(key[:]) // does not fail since Go 1.24
	return secretPrefix + base64.StdEncoding.EncodeToString(key[:])
}

// sign gives the webhook-signature header of a message that is sent at a time, in
// Unix seconds.
func sign(secret, id string, at int64, body string) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		return "", fmt.Errorf("reading secret: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, at, body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
