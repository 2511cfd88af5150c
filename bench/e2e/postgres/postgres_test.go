package postgres_test

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgres.Tests{M: m}) }

// psql runs one statement and gives its output, one value a line.
func psql(t *testing.T, url, statement string) string {
	t.Helper()
	out, err := exec.Command("psql", "--no-psqlrc", "-qtA", "-c", statement, url).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", statement, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestDatabasesAreSeparate(t *testing.T) {
	a, b := postgres.NewDatabase(t), postgres.NewDatabase(t)
	psql(t, a, "CREATE TABLE x (n INT)")
	if got := psql(t, b, "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'x'"); got != "0" {
		t.Errorf("the other database has %s tables x", got)
	}
	if got := psql(t, a, "SHOW fsync"); got != "on" {
		t.Errorf("fsync is %s", got)
	}
}

// A copy holds what was prepared, once, and is nobody else's.
func TestCopies(t *testing.T) {
	prepared := 0
	newCopy := func() string {
		return postgres.NewCopy(t, func(url string) error {
			prepared++
			psql(t, url, "CREATE TABLE x (n INT); INSERT INTO x VALUES (7)")
			return nil
		})
	}
	a, b := newCopy(), newCopy()
	psql(t, a, "DELETE FROM x")
	if got := psql(t, b, "SELECT n FROM x"); got != "7" || prepared != 1 {
		t.Errorf("the other copy holds %q; prepared %d times", got, prepared)
	}
}

func TestCommittedRowsSurviveAKill(t *testing.T) {
	server := postgres.StartServer(t)
	url := server.URL("postgres")
	psql(t, url, "CREATE TABLE x (n INT); INSERT INTO x VALUES (7)")
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := net.Dial("tcp", server.Addr()); err == nil {
		t.Error("a killed server still listens")
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := psql(t, url, "SELECT n FROM x"); got != "7" {
		t.Errorf("after the kill x holds %q", got)
	}
}

// A frozen server accepts connections, by the kernel, and says nothing.
func TestPauseFreezesAndResumeThaws(t *testing.T) {
	server := postgres.StartServer(t)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	ready := exec.Command("pg_isready", "--quiet", "--timeout=1", "-d", server.URL("postgres"))
	if err := ready.Run(); err == nil {
		t.Error("a frozen server answered")
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	if got := psql(t, server.URL("postgres"), "SELECT 1"); got != "1" {
		t.Errorf("after Resume: %q", got)
	}
}

// TestServerEndsWithItsProcess starts itself as a child that starts a server and
// is then killed.
func TestServerEndsWithItsProcess(t *testing.T) {
	const addrVariable = "FINGERPOST_TEST_POSTGRES_ADDR_FILE"
	if file := os.Getenv(addrVariable); file != "" {
		server := postgres.StartServer(t)
		if err := os.WriteFile(file, []byte(server.Addr()), 0o600); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	postgres.NewDatabase(t) // skips where there is no server to be had
	file := t.TempDir() + "/addr"
	child := exec.Command(os.Args[0], "-test.run=^TestServerEndsWithItsProcess$")
	child.Env = append(os.Environ(), addrVariable+"="+file)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var addr string
	eventually(t, func() bool {
		text, err := os.ReadFile(file)
		addr = string(text)
		return err == nil && addr != ""
	})
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	eventually(t, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
}

func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("did not happen in time")
		}
	}
}
