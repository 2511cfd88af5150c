package main

import (
	"time"

	"github.com/fingerpost/fingerpost/edge/node"
)

// clicks is the flags about them.
type clicks struct {
	SpoolBytes int64         `help:"Disk for clicks that wait to be shipped, in bytes; what finds no room is lost and counted. 0: 128 MiB of memory, lost with the process." default:"1073741824"`
	SpoolSync  time.Duration `help:"How often clicks are made to survive a power failure." default:"100ms"`
	CountryDB  string        `name:"country-db" placeholder:"FILE" help:"An mmdb file that tells an address's country; read again when it changes. Default: none, countries are not known."`
}

func (c *clicks) options() node.Clicks {
	o := node.Clicks{SpoolBytes: c.SpoolBytes, SpoolSync: c.SpoolSync, CountryDB: c.CountryDB}
	if c.SpoolBytes == 0 {
		o.SpoolBytes = -1
	}
	return o
}
