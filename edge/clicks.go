package main

import (
	"crypto/tls"
	"time"

	"github.com/fingerpost/fingerpost/edge/node"
)

// clicks is the flags about them.
type clicks struct {
	SpoolBytes    int64         `help:"Disk for clicks that wait to be shipped, in bytes; what finds no room is lost and counted. 0: 128 MiB of memory, lost with the process." default:"1073741824"`
	SpoolSync     time.Duration `help:"How often clicks are made to survive a power failure." default:"100ms"`
	Kafka         []string      `placeholder:"ADDR" help:"Kafka brokers that are told of every click: HOST:PORT, comma-separated. Default: none."`
	KafkaTopic    string        `help:"Topic of these events; it must be there." default:"fingerpost.clicks"`
	KafkaUser     string        `help:"Who logs in there. Default: nobody."`
	KafkaLogin    string        `help:"How: SCRAM-SHA-512, SCRAM-SHA-256, or PLAIN, which needs TLS." default:"SCRAM-SHA-512" enum:"SCRAM-SHA-512,SCRAM-SHA-256,PLAIN"`
	KafkaPassword string        `help:"With which password. Set it in the environment: command lines can be read by others."`
	CountryDB     string        `name:"country-db" placeholder:"FILE" help:"An mmdb file that tells an address's country; read again when it changes. Default: none, countries are not known."`
}

func (c *clicks) options(kafka *tls.Config) node.Clicks {
	o := node.Clicks{SpoolBytes: c.SpoolBytes, SpoolSync: c.SpoolSync, CountryDB: c.CountryDB, Kafka: c.Kafka, KafkaTopic: c.KafkaTopic, KafkaUser: c.KafkaUser, KafkaLogin: c.KafkaLogin, KafkaPassword: c.KafkaPassword, KafkaTLS: kafka}
	if c.SpoolBytes == 0 {
		o.SpoolBytes = -1
	}
	return o
}
