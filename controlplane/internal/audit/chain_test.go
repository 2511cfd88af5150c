package audit_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// chain is a database with three blocks of two entries each, and one entry that
// is not sealed yet; raw is how somebody tampers with it.
func chain(t *testing.T) (s *store.Store, raw *sql.DB, head audit.Head) {
	t.Helper()
	url := storetest.SQLite(t)
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), store.Options{URL: url, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	clock := time.UnixMilli(1_700_000_000_000)
	sealer, err := audit.NewSealer(s, log, func() time.Time { return clock })
	if err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		if err := s.InsertWorkspace(t.Context(), access.Workspace{ID: fmt.Sprint("w", i), Name: "Name"}); err != nil {
			t.Fatal(err)
		}
		if i%2 == 1 {
			if n := seal(t, sealer); n != 2 {
				t.Fatalf("sealed %d", n)
			}
		}
	}
	last, err := s.LastBlock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	return s, raw, last.Head()
}

// seal seals what there is, again if a machine that stands still cut it off.
func seal(t *testing.T, s *audit.Sealer) (entries int) {
	t.Helper()
	for attempt := 0; ; attempt++ {
		n, err := s.Seal(t.Context())
		if err == nil {
			return n
		}
		if attempt == 10 {
			t.Fatal(err)
		}
	}
}

// TestTamper: whatever is altered behind the program's back is found, and where.
func TestTamper(t *testing.T) {
	const second = ` WHERE id = (SELECT id FROM audit_entries WHERE block = 2 ORDER BY id LIMIT 1)`
	for name, c := range map[string]struct {
		statement string
		block     int64 // that is broken; 0: intact
		rewrite   bool  // found only against a head that was written down
	}{
		"nothing":                     {`SELECT 1`, 0, false},
		"another actor":               {`UPDATE audit_entries SET user_id = 'innocent'` + second, 2, false},
		"another time":                {`UPDATE audit_entries SET at = at - 1` + second, 2, false},
		"another address":             {`UPDATE audit_entries SET address = '192.0.2.1'` + second, 2, false},
		"another text":                {`UPDATE audit_entries SET after = '{"name":"Other"}'` + second, 2, false},
		"text moved between fields":   {`UPDATE audit_entries SET before = after, after = ''` + second, 2, false},
		"an entry removed":            {`DELETE FROM audit_entries` + second, 2, false},
		"an entry moved":              {`UPDATE audit_entries SET block = 3` + second, 2, false},
		"an entry hidden":             {`UPDATE audit_entries SET block = 0` + second, 2, false},
		"an entry slipped in":         {`UPDATE audit_entries SET block = 2 WHERE block = 0`, 2, false},
		"a block removed":             {`DELETE FROM audit_blocks WHERE block = 2`, 2, false},
		"a block and its entries":     {`DELETE FROM audit_blocks WHERE block = 2; DELETE FROM audit_entries WHERE block = 2`, 2, false},
		"the first block":             {`DELETE FROM audit_blocks WHERE block = 1; DELETE FROM audit_entries WHERE block = 1`, 1, false},
		"another hash":                {`UPDATE audit_blocks SET hash = zeroblob(32) WHERE block = 2`, 2, false},
		"another link":                {`UPDATE audit_blocks SET previous = zeroblob(32) WHERE block = 3`, 3, false},
		"another time of sealing":     {`UPDATE audit_blocks SET sealed_at = 5 WHERE block = 1`, 1, false},
		"the end cut off":             {`DELETE FROM audit_blocks WHERE block = 3; DELETE FROM audit_entries WHERE block = 3`, 3, true},
		"the last block alone":        {`DELETE FROM audit_blocks WHERE block = 3`, 3, false},
		"all blocks alone":            {`DELETE FROM audit_blocks`, 1, false},
		"everything cut off":          {`DELETE FROM audit_blocks; DELETE FROM audit_entries`, 1, true},
		"an entry that is not sealed": {`UPDATE audit_entries SET user_id = 'x' WHERE block = 0`, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, raw, head := chain(t)
			if _, err := raw.ExecContext(t.Context(), c.statement); err != nil {
				t.Fatal(err)
			}
			for written, want := range map[audit.Head]int64{head: c.block, {}: c.block} {
				if c.rewrite && written == (audit.Head{}) {
					want = 0
				}
				r, err := audit.Verify(t.Context(), s, written)
				var broken *audit.Broken
				switch {
				case want == 0 && err != nil:
					t.Errorf("intact, but: %v", err)
				case want != 0 && (!errors.As(err, &broken) || broken.Block != want):
					t.Errorf("report %+v, error %v, want block %d", r, err, want)
				}
			}
		})
	}
}

// TestRewritten: who recomputes the whole chain is found out by a head that was
// written down.
func TestRewritten(t *testing.T) {
	s, raw, head := chain(t)
	if _, err := raw.ExecContext(t.Context(), `UPDATE audit_entries SET user_id = 'innocent', block = 0; DELETE FROM audit_blocks`); err != nil {
		t.Fatal(err)
	}
	sealer, err := audit.NewSealer(s, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	seal(t, sealer)
	if _, err := audit.Verify(t.Context(), s, audit.Head{}); err != nil {
		t.Errorf("a chain of its own: %v", err)
	}
	var broken *audit.Broken
	if _, err := audit.Verify(t.Context(), s, head); !errors.As(err, &broken) {
		t.Errorf("against the head that was written down: %v", err)
	}
}

func TestHead(t *testing.T) {
	_, _, head := chain(t)
	if parsed, err := audit.ParseHead(head.String()); err != nil || parsed != head {
		t.Errorf("%s became %v (%v)", head, parsed, err)
	}
	for _, bad := range []string{"", "1", "1:", "x:00", "1:00", head.String() + "00"} {
		if _, err := audit.ParseHead(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestRun: a sealer seals by itself, and ends when it is told to.
func TestRun(t *testing.T) {
	s, _, _ := chain(t)
	sealer, err := audit.NewSealer(s, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); sealer.Run(ctx) }()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if r, err := audit.Verify(t.Context(), s, audit.Head{}); err == nil && r.Entries == 7 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("report %+v (%v)", r, err)
		}
	}
	cancel()
	<-ended
}

// E15: a head that is read is written so that it is read alike.
func FuzzParseHead(f *testing.F) {
	for _, seed := range []string{"", "1:", "1:" + strings.Repeat("0a", 32), "-1:" + strings.Repeat("FF", 32), "1:" + strings.Repeat("0", 63), ":"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := audit.ParseHead(text)
		if err != nil {
			return
		}
		if again, err := audit.ParseHead(h.String()); err != nil || again != h {
			t.Errorf("%q is read as %v, and that as %v (%v)", text, h, again, err)
		}
	})
}
