package storetest

import (
	"database/sql"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// RunClicks runs the part of the suite that is about clicks, which needs clocks
// and several stores on one database. database gives the URL of one that is
// empty.
func RunClicks(t *testing.T, database func(t *testing.T) (url string)) {
	RunClickRaces(t, database)
	runClicks(t, database, []clickPart{
		{"folded numbers are duplicates", folded},
		{"edges are known by what they ship", edges},
		{"an edge ends", ends},
		{"two processes under one name", rivals},
		{"clicks stand in minutes, hours, days and totals", grains},
		{"links are counted by workspace, domain and tag", scopes},
		{"details add up", details},
		{"details stay bounded", boundedValues},
		{"many visitors become a sketch", sketches},
		{"old clicks are pruned", prunes},
		{"late clicks go where they are kept", lateClicks},
	})
}

// RunClickRaces runs the part of it where batches come twice, or several at once.
func RunClickRaces(t *testing.T, database func(t *testing.T) (url string)) {
	runClicks(t, database, []clickPart{
		{"a batch counts once", batchOnce},
		{"concurrent batches add up", batchesAddUp},
		{"F3 three times, reordered, late and cut off", deliveries},
		{"a number has one digest", digests},
		{"an epoch ends", epochEnds},
		{"folding races with duplicates", foldRace},
		{"a question finds what is not posted", unposted},
		{"a question finds what is partly posted", partlyPosted},
		{"a question is asked while clicks are posted", askedMeanwhile},
		{"a long journal is posted by who books", longJournal},
		{"clicks of the build before are rolled up", carries},
		{"a day has one salt", salts},
	})
}

type clickPart struct {
	name string
	run  func(t *testing.T, f *fixture)
}

func runClicks(t *testing.T, database func(t *testing.T) (url string), parts []clickPart) {
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			f := &fixture{url: database(t)}
			f.clock.Store(noon)
			f.Store = f.open(t)
			if err := f.Migrate(timeout(t)); err != nil {
				t.Fatal(err)
			}
			part.run(t, f)
		})
	}
}

// noon is when the clock starts: that of 2025-03-01, in Unix minutes.
const noon = 29_013_840

// fixture is a database, a store on it and their clock.
type fixture struct {
	*store.Store
	url   string
	clock atomic.Int64 // Unix minutes
	ticks atomic.Int64 // milliseconds: one for each look at the clock
}

// open gives another store on the database.
func (f *fixture) open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{
		URL: f.url, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.UnixMilli(f.clock.Load()*60_000 + f.ticks.Add(1)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// exec runs statements of the build before.
func (f *fixture) exec(t *testing.T, statements ...string) {
	t.Helper()
	driver, source := "pgx", f.url
	if path, is := strings.CutPrefix(f.url, "sqlite:"); is {
		driver, source = "sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range statements {
		if _, err := db.ExecContext(timeout(t), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// ship adds batches and wants results of them.
func (f *fixture) ship(t *testing.T, want ingest.Result, batches ...*wire.Batch) {
	t.Helper()
	got, err := f.AddBatches(timeout(t), batches)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range got {
		if r != want {
			t.Errorf("batch %s/%d/%d: %+v, want %+v", batches[i].GetEdge(), batches[i].GetEpoch(), batches[i].GetSequence(), r, want)
		}
	}
}

var (
	booked    = ingest.Result{}
	duplicate = ingest.Result{Duplicate: true}
)

// batch is one of edge e, epoch 1.
func batch(sequence uint64, counts ...*wire.ClickCount) *wire.Batch {
	return &wire.Batch{Edge: "e", Epoch: 1, Boot: 1, Sequence: sequence, Digest: 1000 + sequence, Counts: counts}
}

func click(code string, minute int64, count uint64) *wire.ClickCount {
	return &wire.ClickCount{Domain: "d", Code: code, Minute: minute, Count: count}
}

func key(code string) link.Key { return link.Key{Domain: "d", Code: code} }

// total is a link's.
func (f *fixture) total(t *testing.T, code string) stats.Total {
	t.Helper()
	got, err := f.CountClicks(timeout(t), []link.Key{key(code)})
	if err != nil {
		t.Fatal(err)
	}
	return got[key(code)]
}

func (f *fixture) catchUp(t *testing.T, scope stats.Scope) {
	t.Helper()
	if missing, err := f.CatchUp(timeout(t), scope); missing != 0 || err != nil {
		t.Fatalf("minute %d may be missing, %v", missing, err)
	}
}

// series is a link's, over all time.
func (f *fixture) series(t *testing.T, code string, g stats.Grain) []stats.Slot {
	t.Helper()
	f.catchUp(t, stats.Scope{Key: key(code)})
	got, err := f.Series(timeout(t), stats.Scope{Key: key(code)}, g, 0, 2*noon)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sum(slots []stats.Slot) (all stats.Total) {
	for _, s := range slots {
		all.Count, all.Bots = all.Count+s.Count, all.Bots+s.Bots
	}
	return all
}

// known is the parts of a link's slots, added up, and its visitors.
func (f *fixture) known(t *testing.T, code string, g stats.Grain) (parts map[string]uint64, seen *wire.Parts) {
	t.Helper()
	f.catchUp(t, stats.Scope{Key: key(code)})
	parts, seen = make(map[string]uint64), new(wire.Parts)
	err := f.Details(timeout(t), stats.Scope{Key: key(code)}, g, 0, 2*noon, func(d stats.Detail) error {
		for _, p := range d.Parts.GetParts() {
			parts[p.GetDimension().String()[len("DIMENSION_"):]+" "+p.GetValue()] += p.GetCount()
		}
		seen.Visitors = append(seen.Visitors, d.Parts.GetVisitors()...)
		seen.Sketches = append(seen.Sketches, d.Parts.GetSketches()...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return parts, seen
}
