//go:build unix

package folder_test

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/fingerpost/fingerpost/sync/folder"
)

// holding has this test hold the folder named in it until it is killed.
const holding = "FINGERPOST_TEST_HOLDS"

func TestLock(t *testing.T) {
	dir := t.TempDir()
	unlock, err := folder.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Lock(dir); !errors.Is(err, folder.ErrInUse) {
		t.Errorf("a second time: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := folder.Lock(dir)
	if err != nil {
		t.Fatalf("after it was let go: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Lock(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// A killed process leaves no lock behind.
func TestLockOfAKilledProcess(t *testing.T) {
	if dir := os.Getenv(holding); dir != "" {
		unlock, err := folder.Lock(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		_, _ = os.Stdout.WriteString("held\n")
		_, _ = os.Stdin.Read(make([]byte, 1))
		return
	}
	dir := t.TempDir()
	other := exec.Command(os.Args[0], "-test.run", t.Name())
	other.Env = append(os.Environ(), holding+"="+dir)
	hold, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	said, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(said).ReadString('\n'); line != "held\n" {
		t.Errorf("the other process says %q (%v)", line, err)
	}
	if _, err := folder.Lock(dir); !errors.Is(err, folder.ErrInUse) {
		t.Errorf("while the other process has it: %v", err)
	}
	_ = other.Process.Kill()
	_ = other.Wait() // says that it was killed
	unlock, err := folder.Lock(dir)
	if err != nil {
		t.Fatalf("after it was killed: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}
