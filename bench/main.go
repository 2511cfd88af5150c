// Command bench holds a running Fingerpost to its promises, and compares it with
// what an operator would otherwise use. See README.md beside it.
package main

import "github.com/fingerpost/fingerpost/sync/cli"

type command struct {
	Verify  verifyCommand  `cmd:"" help:"Create links, ask for them, count the clicks, and check every byte of it."`
	Compare compareCommand `cmd:"" help:"Compare an edge with nginx, HAProxy and the kernel's floor on this machine."`
	Profile profileCommand `cmd:"" help:"Write the processor profile of an edge at its work, which its builds are guided by."`
	Floor   floorCommand   `cmd:"" hidden:"" help:"Answer every request alike; compare starts it."`
	Links   linksCommand   `cmd:"" help:"Create, import, search and export a great number of links, and time it."`
	Scale   scaleCommand   `cmd:"" help:"Compare a store of ten million links with one of ten thousand."`
}

func main() {
	cli.Main("bench", "Measures and verifies a running Fingerpost.", &command{})
}
