package wire_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func full() link.Link {
	return link.Link{
		Key: link.Key{Domain: "go.example", Code: "abc"}, URL: "https://target.example/#x", Status: link.Active, Redirect: 308,
		StartsAt: 1, ExpiresAt: 2, ExpiredURL: "https://late.example/", ForwardQuery: true, Strict: true, Version: 7,
	}
}

func TestRoundTrip(t *testing.T) {
	want := full()
	bytes, err := proto.Marshal(wire.FromLink(&want, 3))
	if err != nil {
		t.Fatal(err)
	}
	r := new(wire.Record)
	if err := proto.Unmarshal(bytes, r); err != nil {
		t.Fatal(err)
	}
	got, err := r.ToLink()
	if err != nil || got != want || r.GetChangedAt() != 3 {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
}

// E12: a damaged record does not become a link.
func TestE12DamagedRecords(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*wire.Record)
		says   string
	}{
		"scheme":          {func(r *wire.Record) { r.Url = "javascript:alert(1)" }, "URL"},
		"CR LF":           {func(r *wire.Record) { r.Url = "https://a/\r\nX: y" }, "URL"},
		"expired URL":     {func(r *wire.Record) { r.ExpiredUrl = "data:x" }, "expired URL"},
		"redirect status": {func(r *wire.Record) { r.Redirect = 200 }, "redirect"},
		"status":          {func(r *wire.Record) { r.Status = 9 }, "status"},
		"no status":       {func(r *wire.Record) { r.Status = 0 }, "status"},
		"no version":      {func(r *wire.Record) { r.Version = 0 }, "version"},
		"code":            {func(r *wire.Record) { r.Code = "a/b" }, "code"},
		"no domain":       {func(r *wire.Record) { r.Domain = "" }, "domain"},
	} {
		t.Run(name, func(t *testing.T) {
			l := full()
			r := wire.FromLink(&l, 0)
			c.change(r)
			if got, err := r.ToLink(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %+v, %v, want an error with %q", got, err, c.says)
			}
		})
	}
}

func TestTombstonesNeedNoTarget(t *testing.T) {
	for _, s := range []wire.Status{wire.Status_STATUS_DELETED, wire.Status_STATUS_BLOCKED} {
		r := &wire.Record{Domain: "go.example", Code: "abc", Version: 2, Status: s}
		if _, err := r.ToLink(); err != nil {
			t.Errorf("%v: %v", s, err)
		}
	}
}

// E15: of bytes that anybody may have sent comes a link that may be served, and is
// written as it was read, or none.
func FuzzToLink(f *testing.F) {
	whole := full()
	bare := link.Link{Key: whole.Key, Status: link.Deleted, Version: 1}
	for _, l := range []link.Link{whole, bare} {
		seed, err := proto.Marshal(wire.FromLink(&l, 3))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add([]byte{0x0a, 0xff})
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := new(wire.Record)
		if proto.Unmarshal(raw, r) != nil {
			return
		}
		l, err := r.ToLink()
		if err != nil {
			return
		}
		again, err := wire.FromLink(&l, 0).ToLink()
		if err != nil || again != l || l.Status == link.Active && link.CheckURL(l.URL) != nil {
			t.Errorf("read %+v, and then %+v (%v)", l, again, err)
		}
	})
}
