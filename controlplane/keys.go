package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/server"
)

type keys struct {
	Create createKey `cmd:"" help:"Make a key and print it; it cannot be shown again."`
	List   listKeys  `cmd:"" help:"List all keys."`
	Revoke revokeKey `cmd:"" help:"End a key for good; every replica refuses it within a second."`
}

type createKey struct {
	database
	Name      string        `help:"What the key is for."`
	Scope     []string      `required:"" enum:"urls:read,urls:write,stats:read,admin" help:"What it may do: ${enum}. Comma-separated; admin implies all."`
	Workspace string        `help:"Whose links the key sees and makes. Without it: the default one, or the user's."`
	User      string        `help:"Id of the user whose key it is to be; it then has that user's workspace. Without it: a program's own."`
	RateLimit int           `help:"Requests a second. Without it: 1,000."`
	TTL       time.Duration `help:"How long it is valid, such as 720h. Without it: for ever."`
}

// Run prints the new key, and nothing else, on standard output.
func (c *createKey) Run(ctx context.Context, log *slog.Logger) error {
	return withKeys(ctx, c.DatabaseURL, log, func(k *server.Keys) error {
		secret, err := k.Create(ctx, server.NewKey{Name: c.Name, Workspace: c.Workspace, User: c.User, Scopes: c.Scope, RateLimit: c.RateLimit, TTL: c.TTL})
		if err != nil {
			return err
		}
		fmt.Println(secret)
		return nil
	})
}

type listKeys struct{ existing }

// Run prints a table.
func (c *listKeys) Run(ctx context.Context, log *slog.Logger) error {
	return withKeys(ctx, c.DatabaseURL, log, func(k *server.Keys) error {
		all, err := k.List(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tWORKSPACE\tSCOPES\tCREATED\tUSED\tEXPIRES\tREVOKED\tNAME")
		for _, key := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%q\n", key.ID, key.Workspace, key.Scopes, key.Created, key.Used, key.Expires, key.Revoked, key.Name)
		}
		return w.Flush()
	})
}

type revokeKey struct {
	existing
	ID string `arg:"" help:"The key's id: the 8 characters after fp_."`
}

func (c *revokeKey) Run(ctx context.Context, log *slog.Logger) error {
	return withKeys(ctx, c.DatabaseURL, log, func(k *server.Keys) error { return k.Revoke(ctx, c.ID) })
}
