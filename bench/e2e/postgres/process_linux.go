package postgres

import "syscall"

// attributes make a child run as id and be interrupted, which to PostgreSQL
// means a fast shutdown, when its parent thread dies.
func attributes(id *userID) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if id != nil {
		a.Credential = &syscall.Credential{Uid: uint32(id.uid), Gid: uint32(id.gid)}
	}
	return a
}
