package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
)

// A command whose settings cannot be meant does nothing: SQLite would make an empty
// database for a path with a slip in it, of which a backup is worthless, and links
// of a workspace that is not there would be nobody's.
func TestBadInputOfCommands(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		command []string
		names   string
	}{
		"backup of nothing":           {[]string{"backup", "FILE"}, "--database-url"},
		"restore of nothing":          {[]string{"restore"}, "--database-url"},
		"audit of nothing":            {[]string{"audit", "verify"}, "--database-url"},
		"export of nothing":           {[]string{"export", "-"}, "--database-url"},
		"list of no keys":             {[]string{"keys", "list"}, "--database-url"},
		"revocation of nothing":       {[]string{"keys", "revoke", "abcdefgh"}, "--database-url"},
		"import for nobody":           {[]string{"import", "FILE", "--workspace=nobody"}, "--workspace"},
		"import of a file that is no": {[]string{"import", "/none/such"}, "/none/such"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file, database := filepath.Join(dir, "file"), filepath.Join(dir, "links.db")
			if err := os.WriteFile(file, []byte("long_url\nhttps://example.com/\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			args := make([]string, len(c.command))
			for i, arg := range c.command {
				if args[i] = arg; arg == "FILE" {
					args[i] = file
				}
			}
			refuses(t, builds.Path(t, controlplanePkg), append(args, "--database-url=sqlite:"+database), c.names)
			if _, err := os.Stat(database); err == nil && c.names == "--database-url" {
				t.Error("made a database")
			}
		})
	}
}
