package storetest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/sealed"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// The secrets of the suite; none may stand in a database that has a master key.
const (
	anySecret     = "canary" // is in all of them
	secretOfCodes = "canary-of-the-codes"
	secretOfHook  = "whsec_canary-of-the-webhook"
	secretOfSalt  = "canary-of-salts!"
	dayOfSalt     = 20_000
)

// RunSealed runs the suite of secrets. database gives an empty database, open a
// migrated store on one, under a box, and dump all that a thief of it would have.
func RunSealed(t *testing.T, database func(t *testing.T) string, open func(t *testing.T, url string, box *sealed.Box) *store.Store, dump func(t *testing.T, url string) []byte) {
	t.Run("secrets are never in the clear", func(t *testing.T) {
		url := database(t)
		keepsSecrets(t, open(t, url, box(t, 1)))
		if text := dump(t, url); bytes.Contains(text, []byte(anySecret)) || !bytes.Contains(text, []byte("https://example.org/a")) {
			t.Error("the database shows a secret, or the dump shows nothing")
		}
	})
	t.Run("secrets are sealed when there is a key", func(t *testing.T) {
		url := database(t)
		keepsSecrets(t, open(t, url, nil))
		if !bytes.Contains(dump(t, url), []byte(secretOfCodes)) {
			t.Error("in the clear nothing is found; the dump shows nothing")
		}
		s := open(t, url, box(t, 1))
		readsSecrets(t, s) // before they are sealed
		reseals(t, s, 3)
		readsSecrets(t, s)
		reseals(t, s, 0)
		if bytes.Contains(dump(t, url), []byte(anySecret)) {
			t.Error("the database shows a secret")
		}
	})
	t.Run("a key is changed", func(t *testing.T) {
		url := database(t)
		keepsSecrets(t, open(t, url, box(t, 1)))
		for name, c := range map[string]struct {
			keys  []byte
			knows bool
		}{"the key": {[]byte{1}, true}, "both": {[]byte{2, 1}, true}, "another": {[]byte{2}, false}, "none": {nil, false}} {
			checksKey(t, name, open(t, url, box(t, c.keys...)), c.knows)
		}
		both := open(t, url, box(t, 2, 1))
		reseals(t, both, 3)
		readsSecrets(t, both)
		checksKey(t, "the old one, when the new one has sealed", open(t, url, box(t, 1)), false)
		fresh := open(t, url, box(t, 2))
		checksKey(t, "the new one alone", fresh, true)
		readsSecrets(t, fresh)
	})
}

func box(t *testing.T, keys ...byte) *sealed.Box {
	t.Helper()
	if len(keys) == 0 {
		return nil
	}
	var all [][sealed.KeyBytes]byte
	for _, k := range keys {
		all = append(all, [sealed.KeyBytes]byte{k})
	}
	b, err := sealed.New(all...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func keepsSecrets(t *testing.T, s *store.Store) {
	t.Helper()
	if _, err := s.Secret(timeout(t), store.CodeKey, func() ([]byte, error) { return []byte(secretOfCodes), nil }); err != nil {
		t.Fatal(err)
	}
	w := hook("a", "annas")
	w.Secret = secretOfHook
	subscribe(t, s, w)
	if _, err := s.Salt(timeout(t), dayOfSalt, []byte(secretOfSalt)); err != nil {
		t.Fatal(err)
	}
}

func readsSecrets(t *testing.T, s *store.Store) {
	t.Helper()
	codes, err := s.Secret(timeout(t), store.CodeKey, func() ([]byte, error) { return nil, errors.New("it is lost") })
	if err != nil || string(codes) != secretOfCodes {
		t.Errorf("the codes' key is %q (%v)", codes, err)
	}
	if salt, err := s.Salt(timeout(t), dayOfSalt, []byte("another")); err != nil || string(salt) != secretOfSalt {
		t.Errorf("the salt is %q (%v)", salt, err)
	}
	addMessages(t, s, "a", 1)
	claimed, err := s.ClaimMessages(timeout(t), -1, 10, 10, nil)
	if err != nil || len(claimed) != 1 || claimed[0].Secret != secretOfHook {
		t.Errorf("claimed %+v (%v)", claimed, err)
	}
}

func reseals(t *testing.T, s *store.Store, want int) {
	t.Helper()
	if n, err := s.Reseal(timeout(t)); err != nil || n != want {
		t.Errorf("%d secrets sealed, want %d (%v)", n, want, err)
	}
}

func checksKey(t *testing.T, name string, s *store.Store, knows bool) {
	t.Helper()
	if err := s.CheckSealed(timeout(t)); (err == nil) != knows || !knows && !errors.Is(err, sealed.ErrUnknownKey) {
		t.Errorf("with %s: %v", name, err)
	}
}
