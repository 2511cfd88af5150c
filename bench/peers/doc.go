// Package peers compares an edge with what else could answer redirects on the
// same machine: nginx and HAProxy with a map, which count nothing, and the floor,
// the least that any server costs the kernel.
//
// Each server is a process on processor 0 with one worker, and the client is on
// processor 1. Servers take turns, and ratios are taken within a round, so that
// the machine's drift hits all alike. Processor time per redirect is the server's
// own, user and system: it holds on a busy machine, where throughput and latency
// do not.
//
// The edge does its full job: it follows a real etcd, learnt its links from a
// control plane over gRPC (played here), and counts and ships every click.
//
// Linux only, with nginx, haproxy, wrk and taskset installed.
package peers
