package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

type command struct {
	Addr  string `help:"Where to listen." default:"127.0.0.1:1"`
	Count int    `help:"How many." default:"3"`
	Fail  string `help:"What to fail with." enum:"none,start,run" default:"none"`
}

func (c *command) Run(ctx context.Context, log *slog.Logger) error {
	switch c.Fail {
	case "start":
		return fmt.Errorf("starting: %w", Start(errors.New("--addr is taken\nuse another")))
	case "run":
		return errors.New("broke")
	}
	return ctx.Err()
}

func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		args, env      string
		status         int
		stdout, stderr string
	}{
		"plain":             {args: "", status: 0},
		"help":              {args: "--help", status: 0, stdout: "FINGERPOST_ADDR"},
		"unknown flag":      {args: "--nope", status: 2, stderr: "prog: unknown flag --nope (see prog --help)\n"},
		"bad value":         {args: "--count x", status: 2, stderr: "prog: --count: "},
		"bad environment":   {env: "x", status: 2, stderr: "prog: --count: "},
		"flag over environ": {args: "--count 4", env: "5", status: 0},
		"start error":       {args: "--fail start", status: 2, stderr: "prog: starting: --addr is taken; use another\n"},
		"run error":         {args: "--fail run", status: 1, stderr: "prog: broke\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.env != "" {
				t.Setenv("FINGERPOST_COUNT", c.env)
			}
			var stdout, stderr bytes.Buffer
			status := run("prog", "A program.", &command{}, strings.Fields(c.args), &stdout, &stderr)
			if status != c.status {
				t.Errorf("exit status %d, want %d", status, c.status)
			}
			if !strings.Contains(stdout.String(), c.stdout) {
				t.Errorf("standard output %q lacks %q", &stdout, c.stdout)
			}
			if !strings.HasPrefix(stderr.String(), c.stderr) || strings.Count(stderr.String(), "\n") > 1 {
				t.Errorf("standard error %q, want one line starting with %q", &stderr, c.stderr)
			}
		})
	}
}
