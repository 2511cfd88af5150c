package e2e_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/process"
)

// The packages of the programs under test.
const (
	standalonePkg   = "github.com/fingerpost/fingerpost/deploy/standalone"
	controlplanePkg = "github.com/fingerpost/fingerpost/controlplane"
	benchPkg        = "github.com/fingerpost/fingerpost/bench"
	edgePkg         = "github.com/fingerpost/fingerpost/edge"
	etcdPkg         = "go.etcd.io/etcd/server/v3"
)

// adminKey is preset in every system that the tests start.
const adminKey = "e2e-admin-key-0123456789abcdef"

// builds is shared, so that each program is built once for all tests.
var builds *process.Builds

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "fingerpost-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "making a folder for the programs:", err)
		os.Exit(1)
	}
	builds = process.NewBuilds(dir)
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}
