package verify_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/bench/verify"
)

// TestMain sees to it that a run leaves no goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func options(url string) verify.Options {
	return verify.Options{
		Control: url, Key: "secret", Edges: []string{url, url + "/"},
		Targets:    []string{"http://a.example/", `http://b.example/%2F//?q='"<>&#f`, "https://c.example:8443/", "http://[2001:db8::1]/", "http://e.example/"},
		Popularity: []uint64{100, 10, 5, 2, 0},
		Requests:   400, Connections: 4, Changes: 3,
		Settle: 200 * time.Millisecond, Follow: 200 * time.Millisecond, Logger: slog.New(slog.DiscardHandler),
	}
}

func run(t *testing.T, o verify.Options) (*verify.Result, error) {
	t.Helper()
	v, err := verify.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Reach(context.Background()); err != nil {
		t.Fatal(err)
	}
	return v.Run(context.Background())
}

func TestSoundSystemHolds(t *testing.T) {
	r, err := run(t, options(newFake(t).start(t)))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Held {
		t.Errorf("did not hold: %+v", r.Sections())
	}
	if r.Create.Created != 5 || r.Replay.Sent != 400 || r.Propagation.FromAnswer.Count != 6 || r.Counts.Counted != r.Counts.Expected || r.Counts.Checked != 5 {
		t.Errorf("create %+v, replay %+v, propagation %+v, counts %+v", r.Create, r.Replay, r.Propagation, r.Counts)
	}
	if r.Counts.Expected <= 400 {
		t.Errorf("%d clicks expected; those of the propagation stage are missing", r.Counts.Expected)
	}
}

// Each broken system must be found out, by the finding that names its fault.
func TestBrokenSystemsDoNotHold(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*fake)
		found func(*verify.Result) int
	}{
		{
			"two links share a code",
			func(f *fake) {
				f.create = func(_ *fake, n int, l *fakeLink) {
					if n == 4 {
						l.code = "c3"
					}
				}
			},
			func(r *verify.Result) int { return r.Create.SharedCodes.Count },
		},
		{
			"a link is stored otherwise",
			func(f *fake) { f.create = func(_ *fake, n int, l *fakeLink) { l.url = strings.TrimSuffix(l.url, "/") } },
			func(r *verify.Result) int { return r.Create.Failed.Count },
		},
		{
			"one Location in 400 differs in a byte",
			func(f *fake) {
				f.redirect = func(_ *fake, l *fakeLink, n int) string {
					if n == 77 {
						return l.url + "/"
					}
					return l.url
				}
			},
			func(r *verify.Result) int { return r.Replay.Wrong.Count },
		},
		{
			"one request in 400 is told to come later",
			func(f *fake) {
				f.redirect = func(_ *fake, l *fakeLink, n int) string {
					if n == 300 {
						l.clicks--
						return ""
					}
					return l.url
				}
			},
			func(r *verify.Result) int { return r.Replay.Unanswered.Count },
		},
		{
			"one answer never arrives",
			func(f *fake) { f.drop = func(n int) bool { return n == 5 } },
			func(r *verify.Result) int { return r.Replay.Unanswered.Count },
		},
		{
			"a click is lost",
			func(f *fake) { f.counted = func(total, _ int) int { return max(total-1, 0) } },
			func(r *verify.Result) int { return r.Counts.Under.Count },
		},
		{
			"a click is counted twice, but later",
			func(f *fake) {
				f.counted = func(total, read int) int {
					if read > 5 { // every link has been read once
						return total + 1
					}
					return total
				}
			},
			func(r *verify.Result) int { return r.Counts.Over.Count },
		},
		{
			"the edges do not follow",
			func(f *fake) {
				f.redirect = func(_ *fake, l *fakeLink, _ int) string {
					if l.old != "" {
						return l.old
					}
					return l.url
				}
			},
			func(r *verify.Result) int { return r.Propagation.Missed.Count },
		},
		{
			"an edge goes back after it has followed",
			func(f *fake) {
				f.redirect = func(_ *fake, l *fakeLink, n int) string {
					if l.old != "" && n%7 == 0 {
						return l.old
					}
					return l.url
				}
			},
			func(r *verify.Result) int { return r.Propagation.Back.Count },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			c.spoil(f)
			r, _ := run(t, options(f.start(t)))
			if r.Held || c.found(r) == 0 {
				t.Errorf("was not found out: %+v", r.Sections())
			}
		})
	}
}

// The lost answer was counted or not: both are right.
func TestUnansweredRequestWidensTheInterval(t *testing.T) {
	for _, c := range []struct {
		name    string
		counted bool
	}{{"counted", true}, {"not counted", false}} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			f.drop = func(n int) bool {
				if n == 5 && c.counted {
					f.links["c0"].clicks++
				}
				return n == 5
			}
			o := options(f.start(t))
			o.Targets, o.AllowUnanswered = o.Targets[:1], 1
			r, err := run(t, o)
			if err != nil || !r.Held || r.Counts.Open != 1 {
				t.Errorf("error %v, %+v", err, r.Sections())
			}
		})
	}
}

func TestCreatesWaitWhenToldTo(t *testing.T) {
	f := newFake(t)
	f.later = func(n int) bool { return n == 2 }
	r, err := run(t, options(f.start(t)))
	if err != nil || !r.Held || r.Create.Refused == 0 || r.Create.Created != 5 {
		t.Errorf("error %v, %+v", err, r.Sections())
	}
}

func TestReachNamesWhatIsMissing(t *testing.T) {
	url := newFake(t).start(t)
	for _, c := range []struct {
		name  string
		spoil func(*verify.Options)
		want  string
	}{
		{"nobody at the control URL", func(o *verify.Options) { o.Control = "http://127.0.0.1:1" }, "control http://127.0.0.1:1"},
		{"nobody at an edge URL", func(o *verify.Options) { o.Edges[1] = "http://127.0.0.1:1" }, "edge http://127.0.0.1:1"},
		{"wrong key", func(o *verify.Options) { o.Key = "guess" }, "--key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(url)
			c.spoil(&o)
			v, err := verify.New(o)
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Reach(context.Background()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v; want an error with %q", err, c.want)
			}
		})
	}
}

func TestBadOptions(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*verify.Options)
		want  string
	}{
		{"no key", func(o *verify.Options) { o.Key = "" }, "key"},
		{"no edge", func(o *verify.Options) { o.Edges = nil }, "edge"},
		{"edge without scheme", func(o *verify.Options) { o.Edges = []string{"localhost:8000"} }, "edge"},
		{"edge over TLS", func(o *verify.Options) { o.Edges = []string{"https://localhost"} }, "edge"},
		{"control without host", func(o *verify.Options) { o.Control = "http://" }, "control"},
		{"no targets", func(o *verify.Options) { o.Targets = nil }, "URLs"},
		{"no popularity", func(o *verify.Options) { o.Popularity = nil }, "popularity"},
		{"fewer connections than edges", func(o *verify.Options) { o.Connections = 1 }, "connections"},
		{"negative changes", func(o *verify.Options) { o.Changes = -1 }, "changes"},
		{"negative settle", func(o *verify.Options) { o.Settle = -1 }, "settle"},
		{"negative follow", func(o *verify.Options) { o.Follow = -1 }, "follow"},
		{"no logger", func(o *verify.Options) { o.Logger = nil }, "logger"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options("http://127.0.0.1:1")
			c.spoil(&o)
			if _, err := verify.New(o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v; want an error with %q", err, c.want)
			}
		})
	}
}
