package feed

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Where things stand in etcd.
const (
	root      = "/fingerpost/v1/"
	linksAt   = root + "links/"   // <domain>/<code> → wire.Record
	domainsAt = root + "domains/" // <domain> → wire.Domain
	edgesAt   = root + "edges/"   // <id> → wire.Presence
	historyAt = root + "history"  // changes whenever etcd was seen to have gone back
)

func linkKey(k link.Key) string { return linksAt + k.String() }

// decodeRecord reads a link record and holds it against the key that it stood
// under. Whether it may be served is the follower's business.
func decodeRecord(key string, value []byte) (*wire.Record, error) {
	if len(value) > link.MaxRecord {
		return nil, fmt.Errorf("record is %d bytes long; the limit is %d", len(value), link.MaxRecord)
	}
	r := new(wire.Record)
	if err := proto.Unmarshal(value, r); err != nil {
		return nil, fmt.Errorf("decoding record: %w", err)
	}
	if linkKey(link.Key{Domain: r.GetDomain(), Code: r.GetCode()}) != key {
		return nil, errors.New("record names another link than its key")
	}
	return r, nil
}

func decodeDomain(key string, value []byte) (*wire.Domain, error) {
	d := new(wire.Domain)
	if err := proto.Unmarshal(value, d); err != nil {
		return nil, fmt.Errorf("decoding domain: %w", err)
	}
	if domainsAt+d.GetName() != key || d.GetName() == "" || strings.Contains(d.GetName(), "/") {
		return nil, errors.New("domain names another than its key")
	}
	return d, nil
}
