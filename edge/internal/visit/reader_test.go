package visit_test

import (
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newReader(t testing.TB, change func(*visit.Options)) *visit.Reader {
	t.Helper()
	o := visit.Options{Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	r, err := visit.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]visit.Options{
		"visit: Logger is missing":         {},
		"visit: Interval must be positive": {Logger: slog.New(slog.DiscardHandler), Interval: -time.Second},
	} {
		if _, err := visit.New(o); err == nil || err.Error() != name {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

func TestDescribe(t *testing.T) {
	r := newReader(t, func(o *visit.Options) { o.CountryDB = "testdata/country_code.mmdb" })
	got := r.Describe(everything())
	want := visit.Facts{
		Browser: "Chrome", OS: "Android", Device: "mobile", Country: "DE", Referrer: "news.example", Language: "de",
		Source: "letter", Medium: "e-mail", Campaign: "spring sale",
	}
	if got != want {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if got := r.Describe(visit.Visit{}); got != (visit.Facts{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

func everything() visit.Visit {
	return visit.Visit{
		Agent:    []byte("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"),
		Referrer: []byte("https://News.Example/today?id=7"),
		Language: []byte("de-CH,en;q=0.8"),
		Query:    []byte("id=4&utm_source=letter&utm_medium=e-mail&utm_campaign=spring+sale"),
		Network:  netip.MustParseAddr("193.99.144.0"),
	}
}

// What was kept of a visit may be overwritten as soon as it was described.
func TestNothingIsKept(t *testing.T) {
	r := newReader(t, nil)
	v := everything()
	first := r.Describe(v)
	for _, text := range [][]byte{v.Agent, v.Referrer, v.Language, v.Query} {
		clear(text)
	}
	if again := r.Describe(everything()); again != first {
		t.Errorf("%+v became %+v", first, again)
	}
}

func TestDescribeAllocatesNothingForWhatItKnows(t *testing.T) {
	r := newReader(t, nil)
	v := everything()
	r.Describe(v)
	if n := testing.AllocsPerRun(1000, func() { r.Describe(v) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDescribe(b *testing.B) {
	for name, change := range map[string]func(*visit.Visit, *visit.Options){
		"all":      func(_ *visit.Visit, o *visit.Options) { o.CountryDB = "testdata/country_code.mmdb" },
		"no place": func(*visit.Visit, *visit.Options) {},
		"agent":    func(v *visit.Visit, _ *visit.Options) { *v = visit.Visit{Agent: v.Agent} },
		"nothing":  func(v *visit.Visit, _ *visit.Options) { *v = visit.Visit{} },
	} {
		b.Run(name, func(b *testing.B) {
			v := everything()
			r := newReader(b, func(o *visit.Options) { change(&v, o) })
			b.ReportAllocs()
			for b.Loop() {
				r.Describe(v)
			}
		})
	}
}
