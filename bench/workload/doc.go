// Package workload supplies what a load consists of: real target URLs, and which
// of them is asked for how often, after a real popularity curve.
//
// Everything is deterministic: the same numbers give the same links and the
// same order of requests on every machine, so that two runs can be compared.
package workload
