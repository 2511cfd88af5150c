package api

import (
	"encoding/json"
	"testing"
)

// E15: whatever decode takes, encoding/json takes alike; and what it
// takes can be written and read again.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":1,"b":[{"a":null}]}`, `{"a":1,"a":2}`, `[[`, `"x"`, `{"a":{"a":1}}`, `{} {}`, `1e999`, `"\ud83d\ude00\\"`, `"\ud83d"`, `"\u12`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v, plain any
		if decode(data, &v) != nil {
			return
		}
		if err := json.Unmarshal(data, &plain); err != nil {
			t.Fatalf("%q was taken: %v", data, err)
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := decode(again, &v); err != nil {
			t.Fatalf("%q became %q: %v", data, again, err)
		}
	})
}

func TestDecodeNames(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"same name on two levels":   {`{"a":{"a":1},"b":{"a":2}}`, true},
		"same name in two elements": {`[{"a":1},{"a":2}]`, true},
		"value like a name":         {`{"a":"b","b":"a"}`, true},
		"list of texts":             {`{"a":["x","x"],"b":1}`, true},
		"twice":                     {`{"a":1,"b":2,"a":3}`, false},
		"twice, with an object":     {`{"a":{},"a":{}}`, false},
		"twice, inside":             {`{"x":[{"a":1,"a":2}]}`, false},
		"upper case":                {`{"A":1}`, false},
		"long s":                    {`{"tagſ":[]}`, false},
		"both halves":               {`{"a":"\ud83d\ude00"}`, true},
		"half, low":                 {`{"a":"\ude00"}`, false},
		"half, high":                {`{"a":"\uD83Dx"}`, false},
		"half, at the end":          {`{"a":"\uD83D"}`, false},
		"two high halves":           {`{"a":"\uD83D\uD83D\uDE00"}`, false},
		"half, in a name":           {`{"\ud83d":1}`, false},
		"half, in a list":           {`["\ud83d"]`, false},
		"an escaped backslash":      {`{"a":"\\ud83d"}`, true},
		"half behind a backslash":   {`{"a":"\\\ud83d"}`, false},
		"U+FFFD itself":             {`{"a":"\ufffd"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			var v any
			if err := decode([]byte(c.text), &v); (err == nil) != c.ok {
				t.Errorf("error %v", err)
			}
		})
	}
}
