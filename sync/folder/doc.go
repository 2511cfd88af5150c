// Package folder keeps a data folder to one process.
//
// The lock is held on a file in the folder, named "lock", which stays there. The
// system lets go of it when the process ends, however it does. Where the system
// has no flock, nothing is locked: two processes on one folder are then for the
// operator to avoid.
package folder
