package larder

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/fingerpost/fingerpost/sync/wire"
)

const domainsName = "domains"

// readDomains gives the settings whose lines are intact.
func readDomains(dir string, log *slog.Logger) (all []*wire.Domain) {
	text, err := os.ReadFile(filepath.Join(dir, domainsName))
	if err != nil {
		return nil
	}
	for line := range bytes.Lines(text) {
		d := new(wire.Domain)
		text, ok := checked(line)
		// A newer build may have written fields that this one does not know.
		if !ok || (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, d) != nil {
			log.Warn("a domain's settings in the larder are damaged; it is unknown until the feed tells of it")
			continue
		}
		all = append(all, d)
	}
	return all
}

// writeDomains puts all settings in the place of those that were there, a line
// each.
func writeDomains(dir string, all []*wire.Domain) error {
	var text []byte
	for _, d := range all {
		line, err := protojson.Marshal(d)
		if err != nil {
			return err
		}
		text = append(text, withSum(line)...)
	}
	name := filepath.Join(dir, domainsName)
	if err := writeSynced(name+".new", text); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
