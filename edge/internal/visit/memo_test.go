package visit

import (
	"fmt"
	"testing"
)

// What is remembered is read once, and what there is no place for is right all the
// same. Inside the package: nobody else sees what is read.
func TestMemo(t *testing.T) {
	reads := 0
	m := newMemo(2, func(text string) string { reads++; return "read " + text })
	for range 3 {
		m.of([]byte("one"))
		m.of([]byte("two"))
	}
	if reads != 2 {
		t.Errorf("two texts were read %d times", reads)
	}
	for i := range 100 {
		text := fmt.Sprint("text", i%7)
		if got := m.of([]byte(text)); got != "read "+text {
			t.Fatalf("%s: %s", text, got)
		}
	}
	if got := m.of(nil); got != "" {
		t.Errorf("of nothing: %s", got)
	}
}
