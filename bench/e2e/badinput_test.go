package e2e_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/process"
)

// A bad setting at start: one clear line that names it, and exit status 2.
func TestBadInput(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(file, "data") // cannot be made, not even by root
	for _, program := range []struct {
		name, pkg string
		good      func(t *testing.T) map[string]string // the flags that would do
		command   []string
		cases     []badInput
	}{
		{"standalone", standalonePkg, goodStandalone, nil, []badInput{
			{"unknown flag", map[string]string{"--colour": "red"}, "--colour"},
			{"edge address without port", map[string]string{"--edge-addr": "nonsense"}, "edge-addr"},
			{"edge port taken", map[string]string{"--edge-addr": taken.Addr().String()}, taken.Addr().String()},
			{"control address without port", map[string]string{"--control-addr": "127.0.0.1"}, "--control-addr"},
			{"control port taken", map[string]string{"--control-addr": taken.Addr().String()}, taken.Addr().String()},
			{"ops port taken", map[string]string{"--edge-ops-addr": taken.Addr().String()}, taken.Addr().String()},
			{"data folder cannot be made", map[string]string{"--data": below}, "--data"},
			{"nothing stale", map[string]string{"--max-stale": "0"}, "--max-stale"},
			{"data folder of another process", map[string]string{"--data": inUse(t)}, "--data"},
			{"bad domain", map[string]string{"--domain": "not a domain"}, "domain"},
			{"master key missing", map[string]string{"--master-key-file": below}, "--master-key-file"},
			{"words missing", map[string]string{"--offensive-words": below}, "--offensive-words"},
		}},
		{"controlplane", controlplanePkg, goodControlplane, []string{"serve"}, []badInput{
			{"unknown flag", map[string]string{"--colour": "red"}, "--colour"},
			{"no database", map[string]string{"--database-url": ""}, "database-url"},
			{"database of another kind", map[string]string{"--database-url": "mysql://localhost/x"}, "--database-url"},
			{"database unreachable", map[string]string{"--database-url": "postgres://nobody@127.0.0.1:1/none"}, "--database-url"},
			{"database file cannot be made", map[string]string{"--database-url": "sqlite:" + below}, "--database-url"},
			{"etcd address without port", map[string]string{"--etcd": "nonsense"}, "--etcd"},
			{"master key missing", map[string]string{"--master-key-file": below}, "--master-key-file"},
			{"master key empty", map[string]string{"--master-key-file": file}, "--master-key-file"},
			{"no master key in it", map[string]string{"--master-key-file": "main_test.go"}, "--master-key-file"},
			{"words missing", map[string]string{"--offensive-words": below}, "--offensive-words"},
			{"API address without port", map[string]string{"--addr": "127.0.0.1"}, "--addr"},
			{"region of two lines", map[string]string{"--region": "a\nb"}, "--region"},
			{"API port taken", map[string]string{"--addr": taken.Addr().String()}, taken.Addr().String()},
			{"rpc port taken", map[string]string{"--rpc-addr": taken.Addr().String()}, taken.Addr().String()},
		}},
		{"edge", edgePkg, goodEdge, nil, []badInput{
			{"unknown flag", map[string]string{"--colour": "red"}, "--colour"},
			{"control address without port", map[string]string{"--control": "nonsense"}, "--control"},
			{"etcd address without port", map[string]string{"--etcd": "nonsense"}, "--etcd"},
			{"no number of bytes", map[string]string{"--cache-bytes": "much"}, "cache-bytes"},
			{"no duration", map[string]string{"--max-stale": "soon"}, "max-stale"},
			{"nothing stale", map[string]string{"--max-stale": "0"}, "--max-stale"},
			{"no memory", map[string]string{"--cache-bytes": "0"}, "--cache-bytes"},
			{"no larder", map[string]string{"--larder-bytes": "0"}, "--larder-bytes"},
			{"nothing unknown", map[string]string{"--negative-entries": "0"}, "--negative-entries"},
			{"no burst", map[string]string{"--unknown-burst": "0"}, "--unknown-burst"},
			{"less than no spool", map[string]string{"--spool-bytes": "-1"}, "--spool-bytes"},
			{"less than no rate", map[string]string{"--unknown-rate": "-1"}, "--unknown-rate"},
			{"more memory than there is", map[string]string{"--cache-bytes": "99999999999999"}, "--cache-bytes"},
			{"region of two lines", map[string]string{"--region": "a\nb"}, "--region"},
			{"key without a certificate", map[string]string{"--tls-key": file}, "--tls-key"},
			{"never synced", map[string]string{"--spool-sync": "0"}, "--spool-sync"},
			{"data folder cannot be made", map[string]string{"--data": below}, "--data"},
			{"port taken", map[string]string{"--addr": taken.Addr().String()}, taken.Addr().String()},
			{"ops port taken", map[string]string{"--ops-addr": taken.Addr().String()}, taken.Addr().String()},
			{"more connections than files", map[string]string{"--max-connections": "2000000000"}, "--max-connections"},
		}},
		{"bench", benchPkg, goodBench, []string{"verify"}, []badInput{
			{"unknown flag", map[string]string{"--colour": "red"}, "--colour"},
			{"no key", map[string]string{"--key": ""}, "--key"},
			{"control plane unreachable", nil, "control http://127.0.0.1:1"},
			{"edge without scheme", map[string]string{"--edge": "localhost"}, "edge"},
			{"file of URLs missing", map[string]string{"--urls": below}, "--urls"},
			{"popularity that is no number", map[string]string{"--popularity": "main_test.go"}, "--popularity"},
			{"result cannot be written", map[string]string{"--json": below}, "--json"},
		}},
	} {
		t.Run(program.name, func(t *testing.T) {
			for _, c := range program.cases {
				t.Run(c.name, func(t *testing.T) {
					flags := program.good(t)
					for name, value := range c.flags {
						flags[name] = value
					}
					refuses(t, builds.Path(t, program.pkg), append(program.command, arguments(flags)...), c.names)
				})
			}
		})
	}
}

// badInput replaces good flags (an empty value leaves the flag out) with bad
// ones; the program must name what is in names.
type badInput struct {
	name  string
	flags map[string]string
	names string
}

// inUse is a folder that a standalone would hold.
func inUse(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return dir
}

func goodStandalone(t *testing.T) map[string]string {
	return map[string]string{
		"--data": filepath.Join(t.TempDir(), "data"), "--edge-addr": "127.0.0.1:0", "--control-addr": "127.0.0.1:0",
		"--edge-ops-addr": "127.0.0.1:0", "--control-ops-addr": "127.0.0.1:0",
	}
}

func goodControlplane(t *testing.T) map[string]string {
	return map[string]string{
		"--database-url": "sqlite:" + filepath.Join(t.TempDir(), "links.db"), "--etcd": "127.0.0.1:1",
		"--addr": "127.0.0.1:0", "--rpc-addr": "127.0.0.1:0", "--ops-addr": "127.0.0.1:0",
	}
}

func goodEdge(t *testing.T) map[string]string {
	return map[string]string{
		"--id": "edge", "--control": "127.0.0.1:1", "--etcd": "127.0.0.1:1", "--data": filepath.Join(t.TempDir(), "data"),
		"--addr": "127.0.0.1:0", "--ops-addr": "127.0.0.1:0",
	}
}

func goodBench(*testing.T) map[string]string {
	return map[string]string{"--key": "a key", "--control": "http://127.0.0.1:1"}
}

func arguments(flags map[string]string) []string {
	var args []string
	for name, value := range flags {
		if value != "" {
			args = append(args, name+"="+value)
		}
	}
	return args
}

// refuses runs a program that must end with 2 and one line about what is wrong.
// A log that has begun by then would bury the line, so there must be none.
func refuses(t *testing.T, path string, args []string, names string) {
	t.Helper()
	p := process.Start(t, process.Spec{Path: path, Args: args, Env: []string{"FINGERPOST_ADMIN_KEY=" + adminKey}})
	if status := p.Wait(startLimit); status != 2 {
		t.Errorf("ended with %d; want 2", status)
	}
	lines := strings.Split(strings.TrimSuffix(p.Stderr(), "\n"), "\n")
	if len(lines) != 1 || !strings.Contains(lines[0], names) {
		t.Errorf("said %q; want one line with %q", lines, names)
	}
}
