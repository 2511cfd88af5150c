package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/cli"
)

type auditing struct {
	Verify verifyAudit `cmd:"" help:"Follow the chain of audit entries and find what was altered."`
}

type verifyAudit struct {
	existing
	Head string `placeholder:"NUMBER:HASH" help:"End of the chain as it was written down before; the chain must run through it."`
}

// Run prints what it has seen, and fails if the chain does not hold.
func (c *verifyAudit) Run(ctx context.Context, log *slog.Logger) error {
	a, err := server.OpenAudit(ctx, c.DatabaseURL, c.Head, log)
	if err != nil {
		return cli.Start(err)
	}
	report, err := a.Verify(ctx)
	if err == nil {
		fmt.Println(report)
	}
	return errors.Join(err, a.Close())
}
