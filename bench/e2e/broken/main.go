// Command broken shows that the tests of the promises can fail: for each row of
// its table it breaks one line of the code on purpose (in an overlay; no file
// is touched), runs the tests that should notice, and fails if they pass.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// breakage is one deliberate fault.
type breakage struct {
	promise string // of the design, and what is broken of it
	file    string
	old     string // stands exactly once in file
	new     string
	pkg     string // whose tests should notice
	run     string // which of them
	race    bool   // whether it takes the race detector to see it
}

func main() {
	only := strings.Join(os.Args[1:], " ")
	failed := 0
	for _, b := range breakages {
		if !strings.Contains(b.promise, only) {
			continue
		}
		noticed, err := try(b)
		switch {
		case err != nil:
			fmt.Printf("ERROR    %s: %v\n", b.promise, err)
			failed++
		case noticed == "":
			fmt.Printf("MISSED   %s: %s %s passes\n", b.promise, b.pkg, b.run)
			failed++
		default:
			fmt.Printf("noticed  %s: %s\n", b.promise, noticed)
		}
	}
	if failed > 0 {
		fmt.Printf("%d of %d faults were not noticed\n", failed, len(breakages))
		os.Exit(1)
	}
}

// try runs the tests on the broken code, and gives the first failure's text, or
// nothing if they pass.
func try(b breakage) (noticed string, err error) {
	source, err := os.ReadFile(b.file)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(source, []byte(b.old)); n != 1 {
		return "", fmt.Errorf("the line to break stands %d times in %s, want once", n, b.file)
	}
	dir, err := os.MkdirTemp("", "broken-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	changed := filepath.Join(dir, filepath.Base(b.file))
	if err := os.WriteFile(changed, bytes.Replace(source, []byte(b.old), []byte(b.new), 1), 0o600); err != nil {
		return "", err
	}
	absolute, err := filepath.Abs(b.file)
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {absolute: changed}})
	if err != nil {
		return "", err
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o600); err != nil {
		return "", err
	}
	args := []string{"test", "-overlay", overlayFile, "-count=1", "-run", b.run}
	if b.race {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, b.pkg)...)
	cmd.Env = append(os.Environ(), "FINGERPOST_JUDGE=1", "FINGERPOST_OVERLAY="+overlayFile)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return "", nil
	}
	if bytes.Contains(out, []byte("[build failed]")) || !bytes.Contains(out, []byte("FAIL")) {
		return "", fmt.Errorf("the broken code does not run: %s", out)
	}
	return firstFailure(string(out)), nil
}

// firstFailure is the first line in which a test says what is wrong.
func firstFailure(out string) string {
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); strings.Contains(line, "_test.go:") || strings.Contains(line, ".go:") && !strings.HasPrefix(line, "---") {
			return line
		}
	}
	return "failed"
}
