package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/sync/cli"
)

func TestMasterKeys(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		file, env string
		keys      string
		fails     bool
	}{
		"nothing":              {},
		"a file":               {file: file("one", "key\n"), keys: "key\n"},
		"the environment":      {env: "key", keys: "key"},
		"a file comes first":   {file: file("first", "new\nold"), env: "key", keys: "new\nold"},
		"an empty file":        {file: file("empty", "\n"), env: "key", fails: true},
		"a file that is not":   {file: filepath.Join(dir, "none"), env: "key", fails: true},
		"a folder is no file":  {file: dir, fails: true},
		"an empty environment": {env: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("FINGERPOST_MASTER_KEY", c.env)
			keys, err := cli.MasterKey{MasterKeyFile: c.file}.MasterKeys()
			if keys != c.keys || (err != nil) != c.fails || err != nil && !strings.HasPrefix(err.Error(), "--master-key-file: ") {
				t.Errorf("%q, %v", keys, err)
			}
		})
	}
}
