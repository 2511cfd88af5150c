//go:build linux

package scale

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
)

// psql runs a script by PostgreSQL's own client: this project's drivers belong to its
// store. The rows come back as lines of fields with tabs between.
func psql(ctx context.Context, url, script string, variables ...string) (rows [][]string, err error) {
	program, err := postgres.Program("psql")
	if err != nil {
		return nil, err
	}
	args := []string{"--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\t", "--set=ON_ERROR_STOP=1", "--dbname=" + url}
	for _, v := range variables {
		args = append(args, "--set="+v)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	var said, wrong bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(script), &said, &wrong
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("running psql: %w: %s", err, wrong.String())
	}
	for line := range strings.Lines(said.String()) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows, nil
}
