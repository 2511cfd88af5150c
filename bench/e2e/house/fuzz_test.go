package house_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fuzzTest finds a fuzz test and the comment above it.
var fuzzTest = regexp.MustCompile(`(?m)^((?://.*\n)*)func (Fuzz\w+)\(`)

// E15: a reader finds the parsers that are fuzzed by the number; `make fuzz` finds
// them by itself.
func TestE15FuzzTestsSaySo(t *testing.T) {
	err := filepath.WalkDir(top(t), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range fuzzTest.FindAllSubmatch(text, -1) {
			if !strings.HasPrefix(string(found[1]), "// E15: ") {
				t.Errorf("%s: the comment of %s does not begin with E15", path, found[2])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
