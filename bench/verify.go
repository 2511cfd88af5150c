package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/fingerpost/fingerpost/bench/report"
	"github.com/fingerpost/fingerpost/bench/verify"
	"github.com/fingerpost/fingerpost/bench/workload"
	"github.com/fingerpost/fingerpost/sync/cli"
)

// verifyCommand are the flags of "bench verify".
type verifyCommand struct {
	Control         string   `help:"Base URL of the control plane." default:"http://localhost:8080"`
	Key             string   `help:"API key that may create links and read statistics. Required, but for --clicks."`
	Edge            []string `help:"Base URLs of the edges, separated by commas." default:"http://localhost:8000"`
	URLs            string   `name:"urls" help:"File of target URLs, one a line. Default: 29,641 embedded ones." placeholder:"FILE"`
	Popularity      string   `help:"File of request counts, one a line, the first for the first URL. Default: an embedded curve." placeholder:"FILE"`
	Links           int      `help:"How many links to create. 0: one for each URL." default:"0"`
	Requests        uint64   `help:"How many redirects to ask for." default:"1000000"`
	Connections     int      `help:"How many connections to keep open at once." default:"32"`
	Propagation     bool     `help:"Also change links and time how each edge follows."`
	Changes         int      `help:"How many links --propagation changes." default:"200"`
	AllowUnanswered uint64   `help:"How many requests may go without an answer." default:"0"`
	Seed            uint64   `help:"Chooses the order of requests." default:"1"`
	JSON            string   `name:"json" help:"Also write the result to this file." placeholder:"FILE"`
	ledger
}

// errNotHeld ends the program with status 1; the table says what it was.
var errNotHeld = errors.New("something did not hold: see the rows marked FAILED")

// Run verifies, prints and judges.
func (c *verifyCommand) Run(ctx context.Context, log *slog.Logger) error {
	if c.Clicks {
		return c.ledger.run(ctx, c.Seed, c.JSON, log)
	}
	v, err := c.verifier(log)
	if err != nil {
		return cli.Start(err)
	}
	if err := v.Reach(ctx); err != nil {
		return cli.Start(err)
	}
	result, err := v.Run(ctx)
	return errors.Join(err, c.print(result, err == nil))
}

func (c *verifyCommand) verifier(log *slog.Logger) (*verify.Verifier, error) {
	switch {
	case c.Key == "":
		return nil, errors.New("--key is missing")
	case c.Links < 0:
		return nil, errors.New("--links is negative")
	}
	urls, err := workload.URLs(c.URLs)
	if err != nil {
		return nil, fmt.Errorf("--urls: %w", err)
	}
	counts, err := workload.Popularity(c.Popularity)
	if err != nil {
		return nil, fmt.Errorf("--popularity: %w", err)
	}
	if c.JSON != "" { // better now than after an hour's run
		if err := report.WriteJSON(c.JSON, nil); err != nil {
			return nil, fmt.Errorf("--json: %w", err)
		}
	}
	links, changes := c.Links, 0
	if links == 0 {
		links = len(urls)
	}
	if c.Propagation {
		changes = c.Changes
	}
	v, err := verify.New(verify.Options{
		Control: c.Control, Key: c.Key, Edges: c.Edge, Targets: workload.Targets(urls, links), Popularity: counts,
		Requests: c.Requests, Connections: c.Connections, Changes: changes, AllowUnanswered: c.AllowUnanswered,
		Seed: c.Seed, Logger: log,
	})
	if err != nil {
		return nil, fmt.Errorf("bad settings: %w", err)
	}
	return v, nil
}

// print writes the table and the JSON. It fails if the run was finished and
// something in it did not hold.
func (c *verifyCommand) print(r *verify.Result, finished bool) error {
	if err := report.Write(os.Stdout, r.Sections()); err != nil {
		return err
	}
	if c.JSON != "" {
		if err := report.WriteJSON(c.JSON, r); err != nil {
			return err
		}
	}
	if finished && !r.Held {
		return errNotHeld
	}
	return nil
}
