package postgres

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// ErrNotInstalled: this machine has no PostgreSQL server.
var ErrNotInstalled = errors.New("PostgreSQL is not installed: no initdb in /usr/lib/postgresql/*/bin or on the path")

// findPrograms gives the folder of the newest installed version's programs.
// Debian keeps them off the path, in a folder per version.
func findPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		newest := slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(version(a), version(b)) })
		return filepath.Dir(newest), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", ErrNotInstalled
}

// version is the 15 of /usr/lib/postgresql/15/bin/initdb.
func version(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

// own hands dir to the user that the server runs as.
func own(dir string) error {
	id, err := serverUser()
	if err != nil || id == nil {
		return err
	}
	return os.Chown(dir, id.uid, id.gid)
}

// Program is where one of PostgreSQL's programs stands, such as pgbench;
// ErrNotInstalled if there is none.
func Program(name string) (path string, err error) {
	programs, err := findPrograms()
	if err != nil {
		return "", err
	}
	return filepath.Join(programs, name), nil
}
