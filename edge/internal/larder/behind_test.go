package larder

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
)

func fresh(t testing.TB, dir string, change func(*Options)) *Larder {
	t.Helper()
	o := Options{Dir: dir, Bytes: 1 << 20, SyncEvery: time.Hour, Patience: 10 * time.Second, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	l, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func halt(t testing.TB, l *Larder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := l.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// holds says which version of a sample is found, 0 for none.
func holds(l *Larder, n int) uint64 {
	found, _, _ := l.Look(sample(n, 1).link.Key)
	return found.Version
}

func (l *Larder) keepSample(n int, version uint64) {
	r := sample(n, version)
	l.Keep(&r.link, l.Epoch(), 100)
}

// What Change returned for is in the kernel: a process that is killed then finds
// it. The file is read as another process would.
func TestChangeHasReachedTheFile(t *testing.T) {
	dir := t.TempDir()
	l := fresh(t, dir, nil)
	l.Start()
	defer halt(t, l)
	for n := range 50 {
		l.keepSample(n, 1)
		r := sample(n, 2)
		l.Change(&r.link, 0)
		another := fresh(t, dir, nil)
		if v := holds(another, n); v != 2 {
			t.Errorf("after the change of %d, the file holds version %d", n, v)
		}
		if err := another.file.close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A disk that does not answer holds Change up once, and not again until it does.
func TestSlowDisk(t *testing.T) {
	l := fresh(t, t.TempDir(), func(o *Options) { o.Patience = time.Millisecond })
	l.keepSample(1, 1)
	for v := uint64(2); v < 100; v++ { // nothing is written before Start
		r := sample(1, v)
		l.Change(&r.link, 0)
		if got := holds(l, 1); got != v {
			t.Fatalf("found version %d after a change to %d", got, v)
		}
	}
	if late := l.metrics.late.Load(); late != 1 {
		t.Errorf("waited %d times", late)
	}
	l.Start()
	halt(t, l)
}

// Where there is no room for what waits, its page is given up: losing links is
// better than finding an old one.
func TestOverflow(t *testing.T) {
	dir := t.TempDir()
	l := fresh(t, dir, nil)
	l.Start()
	for n := range 1000 {
		l.keepSample(n, 1)
	}
	halt(t, l)

	l = fresh(t, dir, func(o *Options) { o.Pending, o.Patience = 10, time.Nanosecond })
	for n := range 20 {
		r := sample(n, 2)
		l.Change(&r.link, 0)
	}
	check := func(when string) {
		t.Helper()
		for n := range 1000 {
			switch v := holds(l, n); {
			case n < 10 && v == 1, n >= 10 && n < 20 && v != 0:
				t.Errorf("%s, link %d has version %d", when, n, v)
			case n >= 20 && v > 1:
				t.Errorf("%s, link %d has version %d", when, n, v)
			}
		}
	}
	check("while it waits")
	l.Start()
	halt(t, l)
	l = fresh(t, dir, nil)
	check("after a restart")
	lost := 0
	for n := 20; n < 1000; n++ {
		if holds(l, n) == 0 {
			lost++
		}
	}
	if lost > 10*40 || lost == 0 {
		t.Errorf("%d links were lost with ten pages", lost)
	}
	if err := l.file.close(); err != nil {
		t.Fatal(err)
	}
}

// A page that could not be written is not read either, and nothing vouches for
// it, until it could be.
func TestFailedWrite(t *testing.T) {
	dir := t.TempDir()
	l := fresh(t, dir, nil)
	l.keepSample(1, 1)
	l.notes.confirm(200)
	l.settle()
	whole := l.file.f
	readOnly, err := os.Open(whole.Name())
	if err != nil {
		t.Fatal(err)
	}
	l.file.f = readOnly
	l.keepSample(1, 2)
	l.notes.confirm(300)
	if v := holds(l, 1); v != 2 {
		t.Errorf("found version %d before the write", v)
	}
	l.settle()
	if v := holds(l, 1); v != 0 {
		t.Errorf("found version %d after the write failed", v)
	}
	if until := (&state{dir: dir}).load()[l.Epoch()]; until != 200 {
		t.Errorf("vouched until %d for what is not on disk", until)
	}
	l.file.f = whole
	l.settle()
	l.settle()
	if v, until := holds(l, 1), (&state{dir: dir}).load()[l.Epoch()]; v != 0 || until != 300 {
		t.Errorf("found version %d, vouched until %d once writes worked again", v, until)
	}
	l.keepSample(1, 2)
	l.settle()
	if v := holds(l, 1); v != 2 {
		t.Errorf("found version %d", v)
	}
	if err := readOnly.Close(); err != nil {
		t.Error(err)
	}
	if err := whole.Close(); err != nil {
		t.Error(err)
	}
}

// While a process takes over from another, only one writes; what the second
// learnt meanwhile is not lost.
func TestHandOver(t *testing.T) {
	dir := t.TempDir()
	first := fresh(t, dir, nil)
	first.Start()
	first.keepSample(1, 1)
	first.Change(&link.Link{Key: sample(9, 1).link.Key, Version: 2}, 0) // waits until the first one writes
	second := fresh(t, dir, nil)
	second.Start()
	second.keepSample(2, 1)
	first.keepSample(1, 2)
	first.Confirm(500)
	halt(t, first)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if waiting, _, _ := second.desk.state(); waiting == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the second one never wrote")
		}
	}
	if a, b := holds(second, 1), holds(second, 2); a != 2 || b != 1 {
		t.Errorf("versions %d and %d", a, b)
	}
	if _, known, _ := second.Look(sample(1, 1).link.Key); known != 500 {
		t.Errorf("known as of %d", known)
	}
	halt(t, second)
}

// What keeps the larder from being locked is told of, once, and may pass.
func TestLockFails(t *testing.T) {
	dir, told := t.TempDir(), make(chan string, 10)
	lock := filepath.Join(dir, "lock")
	if err := os.Mkdir(lock, 0o700); err != nil {
		t.Fatal(err)
	}
	l := fresh(t, dir, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(lines(told), nil)) })
	l.Start()
	select {
	case line := <-told:
		if !strings.Contains(line, "locking the larder failed") {
			t.Errorf("told %q", line)
		}
	case <-time.After(20 * time.Second):
		t.Error("nobody is told")
	}
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	l.keepSample(1, 1)
	l.Change(&link.Link{Key: sample(9, 1).link.Key, Version: 2}, 0) // waits until it writes
	if v := holds(l, 1); v != 1 || len(told) > 0 {
		t.Errorf("version %d, and %d more were told", v, len(told))
	}
	halt(t, l)
}

// lines hands on what is logged.
type lines chan<- string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

func BenchmarkLook(b *testing.B) {
	const links = 10_000
	l := fresh(b, b.TempDir(), func(o *Options) { o.Bytes = 4 << 20 })
	l.Start()
	defer halt(b, l)
	for n := range links {
		l.keepSample(n, 1)
	}
	r := sample(0, 2)
	l.Change(&r.link, 0)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		l.Look(sample(n%links, 1).link.Key)
	}
}

func BenchmarkChange(b *testing.B) {
	l := fresh(b, b.TempDir(), func(o *Options) { o.Bytes = 4 << 20 })
	l.Start()
	defer halt(b, l)
	l.keepSample(1, 1)
	b.ReportAllocs()
	for v := uint64(2); b.Loop(); v++ {
		r := sample(1, v)
		l.Change(&r.link, 0)
	}
}
