// Command controlplane owns the links: it serves the public API, the internal
// RPC for edges, and an ops port.
package main

import (
	"github.com/fingerpost/fingerpost/sync/cli"
)

// commands of the program.
type commands struct {
	Serve   serve       `cmd:"" help:"Run a control plane. Any number of them may share one database."`
	Migrate migrate     `cmd:"" help:"Bring the database to this build's tables, and end. serve does it, too."`
	Import  importLinks `cmd:"" help:"Make links of a file: CSV or NDJSON, of ours or of Bitly, YOURLS, Kutt or Shlink."`
	Export  exportLinks `cmd:"" help:"Write all links to a file."`
	Audit   auditing    `cmd:"" help:"Verify who changed what."`
	Backup  backup      `cmd:"" help:"Copy a SQLite database to a file, while it is used."`
	Restore restore     `cmd:"" help:"Put a backup in place, and make it safe: no code that was given since is given again. Run it before any server."`
	Keys    keys        `cmd:"" help:"Make, list and revoke API keys."`
}

func main() {
	cli.Main("controlplane", "The control plane of Fingerpost.", new(commands))
}
