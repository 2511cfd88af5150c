package main

import "github.com/fingerpost/fingerpost/sync/cli"

type command struct {
	Verify verifyCommand `cmd:"" help:"Create links, ask for them, count the clicks, and check every byte of it."`
}

func main() {
	cli.Main("bench", "Measures and verifies a running Fingerpost.", &command{})
}
