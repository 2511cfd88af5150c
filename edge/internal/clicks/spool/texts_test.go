package spool_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
)

// said is a click whose code tells what its agent and query are. Agents have a place
// in the table for themselves, and stand once in a segment; queries share one, and
// drive each other out.
func said(n int) *spool.Record {
	r := click(n)
	r.Agent, r.AgentHash = fmt.Append(nil, "agent", n%7), uint64(n%7+1)
	r.Query, r.QueryHash = fmt.Append(nil, "query", n%5), uint64(n%5)<<9
	return r
}

// heard takes a batch, checks what each click says, and tells how many there were.
func heard(t *testing.T, c *spool.Cursor, most int) (count int, ok bool) {
	t.Helper()
	_, ok, err := c.Next(func(r *spool.Record) bool {
		count++
		var n int
		if _, err := fmt.Sscanf(string(r.Code), "code%d", &n); err != nil {
			t.Fatal(err)
		}
		if want := said(n); string(r.Agent) != string(want.Agent) || string(r.Query) != string(want.Query) {
			t.Errorf("%s says %q and %q", r.Code, r.Agent, r.Query)
		}
		return count < most
	})
	if err != nil {
		t.Fatal(err)
	}
	return count, ok
}

// A text stands in its segment once, and clicks have it in whichever batch, before
// and after a restart, and where another text of its hash came between.
func TestTexts(t *testing.T) {
	for name, bytes := range map[string]int64{"on disk": 8 << 20, "in memory": -1} {
		t.Run(name, func(t *testing.T) {
			o := small(t.TempDir())
			o.Bytes = bytes
			s := open(t, o)
			const clicks = 1000
			for i := range clicks {
				add(t, s, said(i))
			}
			got := 0
			for i := range 10 {
				n, _ := heard(t, s.Cursor("ship"), 30+i)
				if i < 9 { // the last comes again
					got += n
					if err := s.Cursor("ship").Done(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if bytes > 0 {
				closed(t, s)
				s = open(t, o)
			}
			defer closed(t, s)
			s.End()
			for {
				n, ok := heard(t, s.Cursor("ship"), 50)
				if !ok {
					break
				}
				got += n
				if err := s.Cursor("ship").Done(); err != nil {
					t.Fatal(err)
				}
			}
			if got != clicks {
				t.Errorf("%d clicks of %d", got, clicks)
			}
		})
	}
}

// A text that cannot be read takes no click with it.
func TestDamagedText(t *testing.T) {
	o := small(t.TempDir())
	s := open(t, o)
	r := click(0)
	r.Query = nil
	add(t, s, r)
	closed(t, s)
	for _, file := range segments(t, o.Data) {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		page[30] ^= 4 // of the agent, which stands first
		if err := os.WriteFile(file, page, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, o)
	defer closed(t, s)
	var got string
	_, ok, err := s.Cursor("ship").Next(func(r *spool.Record) bool {
		got = fmt.Sprintf("%s %q", r.Code, r.Agent)
		return true
	})
	if err != nil || !ok || got != `code0 ""` || s.Damaged() != 1 {
		t.Errorf("%v %v: %s, %d places are counted", ok, err, got, s.Damaged())
	}
}
