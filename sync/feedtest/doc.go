// Package feedtest holds what a feed must do, as a suite that runs on a real
// embedded etcd, and the faults that it is put through: restarts, silence,
// compaction, another cluster, a restored copy.
//
// Other packages' tests start their etcd here.
package feedtest
