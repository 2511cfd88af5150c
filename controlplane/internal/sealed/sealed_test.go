package sealed_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/sealed"
)

const place = "webhooks wh1"

func box(t *testing.T, keys ...byte) *sealed.Box {
	t.Helper()
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

func TestSealed(t *testing.T) {
	secret := []byte("a secret of some length")
	first := box(t, 1)
	stored := first.Seal(place, secret)
	if bytes.Contains(stored, secret[:8]) || bytes.Equal(stored, first.Seal(place, secret)) {
		t.Errorf("sealed as %q, twice", stored)
	}
	altered := bytes.Clone(stored)
	altered[len(altered)-1] ^= 1
	for name, c := range map[string]struct {
		box    *sealed.Box
		place  string
		stored []byte
		id     string
		opens  bool
	}{
		"its own key":              {first, place, stored, first.ID(), true},
		"its key is the old one":   {box(t, 2, 1), place, stored, first.ID(), true},
		"another key":              {box(t, 2), place, stored, first.ID(), false},
		"no key":                   {nil, place, stored, first.ID(), false},
		"another key's name":       {box(t, 2, 1), place, stored, box(t, 2).ID(), false},
		"another row":              {first, "webhooks wh2", stored, first.ID(), false},
		"altered":                  {first, place, altered, first.ID(), false},
		"cut short":                {first, place, stored[:5], first.ID(), false},
		"in the clear":             {first, place, secret, "", true},
		"in the clear, and no key": {nil, place, secret, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.box.Open(c.place, c.stored, c.id)
			if (err == nil) != c.opens || c.opens && !bytes.Equal(got, secret) {
				t.Errorf("%q, %v", got, err)
			}
			if errors.Is(err, sealed.ErrUnknownKey) == c.box.Knows(c.id) {
				t.Errorf("knows the key: %t; %v", c.box.Knows(c.id), err)
			}
		})
	}
	var none *sealed.Box
	if got := none.Seal(place, secret); !bytes.Equal(got, secret) || none.ID() != "" {
		t.Errorf("without a key: %q under %q", got, none.ID())
	}
}

func TestParse(t *testing.T) {
	key := [sealed.KeyBytes]byte{1, 2, 255}
	b64, raw, hexed := base64.StdEncoding.EncodeToString(key[:]), base64.RawStdEncoding.EncodeToString(key[:]), hex.EncodeToString(key[:])
	want, err := sealed.New(key)
	if err != nil {
		t.Fatal(err)
	}
	other := hex.EncodeToString(make([]byte, sealed.KeyBytes))
	for name, c := range map[string]struct {
		text string
		says string // what the error must hold; "" wants the key
	}{
		"base64":           {b64, ""},
		"without padding":  {raw, ""},
		"hex":              {strings.ToUpper(hexed), ""},
		"an end of line":   {b64 + "\r\n", ""},
		"two lines":        {b64 + "\n" + other + "\n", ""},
		"commas":           {b64 + "," + other, ""},
		"nothing":          {" \n", "no key"},
		"a password":       {"correct-horse-battery-staple", "key 1"},
		"16 bytes":         {hexed[:32], "key 1"},
		"33 bytes":         {hexed + "00", "key 1"},
		"a bad second one": {b64 + "\ncanary", "key 2"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := sealed.Parse(c.text)
			if c.says == "" {
				if err != nil || got.ID() != want.ID() {
					t.Errorf("key %q, want %q; %v", got.ID(), want.ID(), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), hexed[:8]) {
				t.Errorf("%v", err)
			}
		})
	}
}

// E15: keys that are read open what they seal; why others are not read shows nothing
// of them.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", ",", strings.Repeat("ab", 32), strings.Repeat("A", 43), strings.Repeat("A", 43) + "=", strings.Repeat("A", 44), "short key"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		box, err := sealed.Parse(text)
		if err != nil {
			if len(text) > 20 && strings.Contains(err.Error(), text) {
				t.Errorf("the error shows the key: %v", err)
			}
			return
		}
		if open, err := box.Open("place", box.Seal("place", []byte("secret")), box.ID()); err != nil || string(open) != "secret" {
			t.Errorf("opened %q (%v)", open, err)
		}
	})
}
