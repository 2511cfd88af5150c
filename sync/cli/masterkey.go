package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// masterKeyVariable holds what the file would. There is no flag of that name: others
// can read command lines.
const masterKeyVariable = "FINGERPOST_MASTER_KEY"

// MasterKey is the setting that says where the master keys are.
type MasterKey struct {
	MasterKeyFile string `placeholder:"FILE" help:"Seal the database's secrets under the key in this file, 32 bytes in base64 or hex; keys on further lines open what they sealed before. FINGERPOST_MASTER_KEY may hold the same. Default: none, they stand in the clear."`
}

// MasterKeys reads them. Without the setting they are "".
func (m MasterKey) MasterKeys() (string, error) {
	if m.MasterKeyFile == "" {
		return os.Getenv(masterKeyVariable), nil
	}
	text, err := os.ReadFile(m.MasterKeyFile)
	if err == nil && strings.TrimSpace(string(text)) == "" {
		err = errors.New("the file is empty")
	}
	if err != nil {
		return "", fmt.Errorf("--master-key-file: %w", err)
	}
	return string(text), nil
}
