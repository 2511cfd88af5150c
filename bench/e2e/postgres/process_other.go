//go:build unix && !linux

package postgres

import "syscall"

// attributes make a child run as id. Only Linux can tie its life to ours: here
// a server survives a test process that is killed.
func attributes(id *userID) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	if id != nil {
		a.Credential = &syscall.Credential{Uid: uint32(id.uid), Gid: uint32(id.gid)}
	}
	return a
}
