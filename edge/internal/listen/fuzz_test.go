package listen

import (
	"bytes"
	"testing"
)

// E15: a PROXY header is read to its end and no further, and its length is bounded.
func FuzzProxyHeader(f *testing.F) {
	f.Add([]byte(signature + "\x21\x11\x00\x0c\xcb\x00\x71\x09\x0a\x00\x00\x01\x04\xd2\x00\x50GET"))
	f.Add([]byte(signature + "\x20\x00\x00\x00"))
	f.Add([]byte(signature + "\x21\x21\x00\x24" + string(make([]byte, 36))))
	f.Add([]byte(signature + "\x21\x11\xff\xff"))
	f.Add([]byte("PROXY TCP4 1.2.3.4"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in := bytes.NewReader(raw)
		from, err := readProxyHeader(in)
		taken := len(raw) - in.Len()
		if taken > len(signature)+4+maxProxyHeader {
			t.Errorf("%d bytes were read", taken)
		}
		if err != nil {
			if from.IsValid() {
				t.Errorf("an address in spite of %v", err)
			}
			return
		}
		if want := len(signature) + 4 + int(raw[14])<<8 + int(raw[15]); taken != want {
			t.Errorf("%d bytes were read of a header of %d", taken, want)
		}
	})
}
