package codes_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/fingerpost/fingerpost/controlplane/internal/codes"
	"github.com/fingerpost/fingerpost/sync/link"
)

var key = bytes.Repeat([]byte{7}, 32)

func newCodec(t testing.TB, length int) *codes.Codec {
	t.Helper()
	c, err := codes.New(key, length)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPermutationIsABijection(t *testing.T) {
	for length := 2; length <= 3; length++ {
		t.Run(fmt.Sprintf("all of length %d", length), func(t *testing.T) {
			c, err := codes.NewTiny(key, length)
			if err != nil {
				t.Fatal(err)
			}
			space := codes.Space(length)
			seen := make(map[string]bool, space)
			for id := range space {
				code := c.Encode(id)
				if seen[code] {
					t.Fatalf("%s comes twice", code)
				}
				seen[code] = true
				if back, err := c.Decode(code); err != nil || back != id {
					t.Fatalf("%d became %s became %d (%v)", id, code, back, err)
				}
			}
		})
	}
}

func TestDecodeInvertsEncode(t *testing.T) {
	for length := link.MinLength; length <= link.MaxLength; length++ {
		c := newCodec(t, length)
		rapid.Check(t, func(t *rapid.T) {
			id := rapid.Uint64Range(0, codes.Space(length)-1).Draw(t, "id")
			code := c.Encode(id)
			if err := link.CheckCode(code); err != nil || len(code) != length {
				t.Fatalf("%d of length %d: %q (%v)", id, length, code, err)
			}
			if back, err := c.Decode(code); err != nil || back != id {
				t.Fatalf("%d became %s became %d (%v)", id, code, back, err)
			}
		})
	}
}

// Every code that was ever given must keep its number: these may never change.
func TestGoldenVectors(t *testing.T) {
	for _, tc := range []struct {
		length int
		id     uint64
		code   string
	}{
		{6, 0, "OvLRZP"},
		{6, 1, "YY8EKp"},
		{6, 56800235583, "OmW17O"},
		{7, 0, "5dfhx1c"},
		{7, 1, "cwFWvoS"},
		{7, 3521614606207, "sMJFCzi"},
		{8, 0, "6fNMknR7"},
		{8, 1, "T98isF1T"},
		{8, 218340105584895, "6qu0D9Bn"},
		{9, 0, "dhnkOgs1u"},
		{9, 1, "Z5MATqq6v"},
		{9, 13537086546263551, "AoYOpQ23O"},
		{10, 0, "yhh8PxRIze"},
		{10, 1, "AnQJOIK4PB"},
		{10, 839299365868340223, "0eFZCMDnrq"},
		{11, 0, "JUpGNbAu78M"},
		{11, 1, "Nw8XuLD9QQu"},
		{11, 9223372036854775806, "zwVHHJ7qZ87"},
		{12, 0, "rZsJFyQH3Dq7"},
		{12, 1, "zbq8OhlcqjYH"},
		{12, 9223372036854775806, "BqdDhOanfNwQ"},
	} {
		t.Run(fmt.Sprintf("%d digits, %d", tc.length, tc.id), func(t *testing.T) {
			if got := newCodec(t, tc.length).Encode(tc.id); got != tc.code {
				t.Errorf("got %s, want %s", got, tc.code)
			}
		})
	}
}

// Consecutive numbers spread evenly over every digit of every position.
func TestNoDigitIsPreferred(t *testing.T) {
	const n = 200_000
	c := newCodec(t, link.DefaultLen)
	var counts [link.DefaultLen]map[byte]int
	for i := range counts {
		counts[i] = map[byte]int{}
	}
	for id := range uint64(n) {
		code := c.Encode(id)
		for i := range counts {
			counts[i][code[i]]++
		}
	}
	for i, count := range counts {
		if x := chiSquare(count, n); x > 120 { // 61 degrees of freedom: p < 10^-5
			t.Errorf("position %d: chi-square %.0f", i, x)
		}
	}
}

// chiSquare of counts against 62 equally likely digits.
func chiSquare(counts map[byte]int, n int) (x float64) {
	expected := float64(n) / 62
	for _, k := range []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
		d := float64(counts[k]) - expected
		x += d * d / expected
	}
	return x
}

// Differences between consecutive codes say nothing: no two of 10^5 are equal
// but by chance (10^10 / 2 pairs in 3.5 * 10^12 values: about 1,400).
func TestStepsBetweenCodesDoNotRepeat(t *testing.T) {
	c := newCodec(t, link.DefaultLen)
	seen := map[int64]bool{}
	repeats := 0
	last := number(c.Encode(0))
	for id := uint64(1); id <= 100_000; id++ {
		next := number(c.Encode(id))
		step := next - last
		if seen[step] {
			repeats++
		}
		seen[step] = true
		last = next
	}
	if repeats > 3000 {
		t.Errorf("%d steps repeat", repeats)
	}
}

func number(code string) (n int64) {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	for i := range len(code) {
		n = n*62 + int64(bytes.IndexByte([]byte(digits), code[i]))
	}
	return n
}

// An attacker who knows that a tenth of the space is in use, and tries the
// neighbours of codes that he knows, hits no more than a tenth of the time.
func TestGuessingHitsByDensityOnly(t *testing.T) {
	c, err := codes.NewTiny(key, 4)
	if err != nil {
		t.Fatal(err)
	}
	space := codes.Space(4)
	used := space / 10
	random := rand.New(rand.NewPCG(1, 2))
	const tries = 100_000
	hits := 0
	for range tries {
		known := []byte(c.Encode(random.Uint64N(used)))
		known[3] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[random.IntN(62)]
		if id, err := c.Decode(string(known)); err == nil && id < used {
			hits++
		}
	}
	// One try in 62 is the known code itself.
	want := tries * (1.0/62 + 61.0/62*0.1)
	if math.Abs(float64(hits)-want) > 6*math.Sqrt(want) {
		t.Errorf("%d hits, want about %.0f", hits, want)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		key    []byte
		length int
	}{
		{"a short code", key, 5},
		{"a long code", key, 13},
		{"no key", nil, 7},
		{"a key of the wrong size", key[:31], 7},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := codes.New(tc.key, tc.length); err == nil {
				t.Error("no error")
			}
		})
	}
}

// E15: what is read as a number is the code of that number and of no other.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "0000000", "zzzzzzz", "zzzzzzzzzzzz", "abc-_12", "ÄÖÜäöü1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for length := link.MinLength; length <= link.MaxLength; length++ {
			c := newCodec(t, length)
			id, err := c.Decode(text)
			if err == nil && c.Encode(id) != text {
				t.Errorf("%q is the code of %d, whose code is %q", text, id, c.Encode(id))
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	c := newCodec(b, link.DefaultLen)
	b.ReportAllocs()
	id := uint64(0)
	for b.Loop() {
		c.Encode(id)
		id++
	}
}
