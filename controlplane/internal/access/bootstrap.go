package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Bootstrap sees to it that there is an admin key. A preset is stored unless it
// is there already (also revoked: it stays so). Without one, a key is made if
// there is none yet, and returned: the only time that it can be seen.
func (a *Access) Bootstrap(ctx context.Context, preset string) (made string, err error) {
	id, secret := newSecret()
	if preset != "" {
		if err := CheckPreset(preset); err != nil {
			return "", fmt.Errorf("admin key %w", err)
		}
		secret = preset
	} else if exists, err := a.store.AdminKeyExists(ctx); err != nil {
		return "", fmt.Errorf("looking for an admin key: %w", err)
	} else if exists {
		return "", nil
	} else {
		made = secret
	}
	err = a.store.InsertKey(ctx, Key{
		ID: id, Name: "first admin", UserID: id, Workspace: DefaultWorkspace, Scopes: []Scope{Admin}, Unlimited: true,
		CreatedAt: a.now().UnixMilli(), Hash: sha256.Sum256([]byte(secret)),
	})
	if err != nil && !errors.Is(err, ErrExists) {
		return "", fmt.Errorf("storing the admin key: %w", err)
	}
	return made, nil
}
