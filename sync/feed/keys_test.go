package feed

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// E15: a value that anybody may have put into etcd is read as the link of its key,
// or not at all.
func FuzzDecodeRecord(f *testing.F) {
	good, err := proto.Marshal(&wire.Record{Domain: "d", Code: "c", Version: 1, Url: "https://e/", Redirect: 302, Status: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("/fingerpost/v1/links/d/c", good)
	f.Add("/fingerpost/v1/links/d/x", good)
	f.Add("/fingerpost/v1/links/", []byte{0xff})
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		r, err := decodeRecord(key, value)
		if err != nil {
			return
		}
		if linkKey(link.Key{Domain: r.GetDomain(), Code: r.GetCode()}) != key || len(value) > link.MaxRecord {
			t.Errorf("%q was read as %v", key, r)
		}
	})
}

// E15: a domain's settings are read under its own key, or not at all.
func FuzzDecodeDomain(f *testing.F) {
	good, err := proto.Marshal(&wire.Domain{Name: "d.example", Version: 1, Aliases: []string{"e.example"}, UnknownUrl: "https://e/"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("/fingerpost/v1/domains/d.example", good)
	f.Add("/fingerpost/v1/domains/x/y", good)
	f.Add("/fingerpost/v1/domains/", []byte(nil))
	f.Add("", []byte{0xff})
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		d, err := decodeDomain(key, value)
		if err == nil && (domainsAt+d.GetName() != key || strings.Count(key, "/") != strings.Count(domainsAt, "/")) {
			t.Errorf("%q was read as %v", key, d)
		}
	})
}
