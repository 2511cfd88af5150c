package main

import "github.com/fingerpost/fingerpost/sync/cli"

type command struct {
	Verify verifyCommand `cmd:"" help:"Create links, ask for them, count the clicks, and check every byte of it."`
	Links  linksCommand  `cmd:"" help:"Create, import, search and export a great number of links, and time it."`
}

func main() {
	cli.Main("bench", "Measures and verifies a running Fingerpost.", &command{})
}
