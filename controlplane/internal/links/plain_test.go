package links

import (
	"math/rand/v2"
	"testing"

	"github.com/nlnwa/whatwg-url/url"
)

// Of what is taken for plain, a browser's parser says the same as it is written.
func TestPlainIsWhatBrowsersRead(t *testing.T) {
	parts := []string{"https://", "http://", "example", ".", "com", "org", "-", "1", "0x7f", "/", "//", "?", "=", "&", "a", "Z", "~", ":", "@", "+", "%41", "%2e", "..", "#", "xn--", ":80", ":443", "\\", " ", "é", "_", "(", "*", ";"}
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	found := 0
	for range 200_000 {
		text := parts[random.IntN(2)] + "example"
		for range 1 + random.IntN(8) {
			text += parts[2+random.IntN(len(parts)-2)]
		}
		if !readsAsWritten(text) {
			continue
		}
		found++
		parsed, err := url.Parse(text)
		if err != nil || parsed.Href(false) != text {
			t.Fatalf("seed %d: %q is read as %v (%v)", seed, text, parsed, err)
		}
	}
	if found < 1000 {
		t.Errorf("only %d of the texts were plain", found)
	}
}
