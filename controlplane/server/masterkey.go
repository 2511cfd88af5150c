package server

import (
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/sealed"
)

// masterKeySettings is where master keys come from, for errors.
const masterKeySettings = "--master-key-file or FINGERPOST_MASTER_KEY"

// openBox reads master keys; there is no box without any.
func openBox(keys string) (*sealed.Box, error) {
	if keys == "" {
		return nil, nil
	}
	box, err := sealed.Parse(keys)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", masterKeySettings, err)
	}
	return box, nil
}

// sealedRemedy says which setting is missing when secrets do not open.
func sealedRemedy(err error) error {
	if errors.Is(err, sealed.ErrUnknownKey) {
		return fmt.Errorf("%w: give that key with %s", err, masterKeySettings)
	}
	return err
}
