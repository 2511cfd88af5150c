package visit_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

// places are real addresses, and where they are.
var places = map[string]string{
	"8.8.8.8": "US", "129.134.30.12": "US", "2001:4860:4860::8888": "US",
	"193.0.6.139": "NL", "2001:67c:2e8:22::c100:68b": "NL",
	"193.99.144.85": "DE", "2a02:2e0:3fe:1001:302::": "DE",
	"202.12.27.33": "JP", "2001:200:dff:fff1:216:3eff:feb1:44d7": "JP",
	"200.160.0.8": "BR", "2804:14d:1::1": "BR",
	"130.59.31.80": "CH", "2001:620:0:ff::5c": "CH",
	"139.130.4.5": "AU", "2001:388:1:1::1": "AU",
	"81.2.69.142": "GB", "212.27.40.240": "FR", "151.5.216.15": "IT", "80.58.61.250": "ES", "195.67.199.27": "SE",
	"168.126.63.1": "KR", "2402:4e00::1": "CN", "118.97.49.1": "ID", "196.216.2.6": "MU", "41.206.0.1": "NG",
	"127.0.0.1": "", "10.0.0.1": "", "192.0.2.1": "", "::1": "", "fe80::1": "", "::ffff:8.8.8.8": "US",
}

func TestCountries(t *testing.T) {
	for _, file := range []string{"country_code.mmdb", "iso_code.mmdb"} {
		r := newReader(t, func(o *visit.Options) { o.CountryDB = filepath.Join("testdata", file) })
		for address, want := range places {
			network := visit.Network(netip.MustParseAddr(address))
			if got := r.Describe(visit.Visit{Network: network}).Country; got != want {
				t.Errorf("%s: %s is in %q, want %q", file, address, got, want)
			}
		}
	}
}

func TestNoCountries(t *testing.T) {
	r := newReader(t, nil)
	if got := r.Describe(visit.Visit{Network: netip.MustParseAddr("8.8.8.0")}).Country; got != "" {
		t.Errorf("country %q without a file", got)
	}
	if age := testutil.ToFloat64(r.Collector()); age != -1 {
		t.Errorf("age %v without a file", age)
	}
}

func TestUnusableCountries(t *testing.T) {
	for name, want := range map[string]string{
		"absent.mmdb": "no such file",
		"README.md":   "reading testdata/README.md",
		"none.mmdb":   "no country_code",
	} {
		_, err := visit.New(visit.Options{CountryDB: filepath.Join("testdata", name), Logger: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), "loading countries: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCountryAge(t *testing.T) {
	built := time.Date(2026, 6, 17, 19, 54, 21, 0, time.UTC)
	r := newReader(t, func(o *visit.Options) {
		o.CountryDB = "testdata/country_code.mmdb"
		o.Now = func() time.Time { return built.Add(time.Hour) }
	})
	if age := testutil.ToFloat64(r.Collector()); age != 3600 {
		t.Errorf("age %v", age)
	}
}

// A changed file is used, one that cannot be used changes nothing, and the log
// says so once.
func TestCountriesAreFollowed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "country.mmdb")
	full, err := os.ReadFile("testdata/country_code.mmdb")
	if err != nil {
		t.Fatal(err)
	}
	renamed := bytes.ReplaceAll(full, []byte("BDE"), []byte("BAT")) // a string of two bytes
	write(t, file, full)
	var log logbook
	r := newReader(t, func(o *visit.Options) {
		o.CountryDB, o.Interval, o.Logger = file, time.Millisecond, log.logger()
	})
	r.Start()
	defer r.Stop()
	germany := visit.Visit{Network: netip.MustParseAddr("193.99.144.0")}
	is := func(want string) func() bool { return func() bool { return r.Describe(germany).Country == want } }
	logged := func(n int) func() bool {
		return func() bool { return strings.Count(log.String(), "cannot be used") == n }
	}

	eventually(t, "the first file", is("DE"))
	write(t, file, full[:len(full)/2])
	eventually(t, "a word about half a file", logged(1))
	if !is("DE")() {
		t.Error("half a file took the countries away")
	}
	write(t, file, renamed)
	eventually(t, "the second file", is("AT"))
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a word about the file that is gone", logged(2))
	if !is("AT")() {
		t.Error("without the file the countries are gone")
	}
	write(t, file, full)
	eventually(t, "the file that is back", is("DE"))
	if !logged(2)() {
		t.Errorf("the log says more:\n%s", log.String())
	}
}

// write replaces a file as programs that update it do, whole.
func write(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no sign of %s", what)
		}
	}
}

// logbook keeps a log.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logbook) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }
