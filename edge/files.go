package main

import (
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/edge/node"
)

const (
	// usualConnections is --max-connections where the limit of open files allows it.
	usualConnections = 32 << 10
	// ownFiles is what an edge has open beside its visitors' connections: spool,
	// larder, certificates, control planes, etcd, the ops port; with room to spare.
	ownFiles = 256
)

// connections is how many visitors' connections there may be: as many as asked
// for, or the usual number (0) if each can have its open file. Too few files would
// be survived, but nobody gets in then, and nobody is told why.
func connections(asked int, files uint64) (int, error) {
	room := max(int(min(files, 1<<31)), ownFiles+1) - ownFiles
	switch {
	case asked < 0:
		return 0, &node.SettingError{Setting: "MaxConnections", Err: errors.New("must be positive")}
	case asked == 0 && files == 0:
		return usualConnections, nil
	case asked == 0:
		return min(usualConnections, room), nil
	case files > 0 && asked > room:
		return 0, &node.SettingError{Setting: "MaxConnections", Err: fmt.Errorf(
			"%d are too many where %d files may be open, of which %d are needed otherwise; raise the limit (ulimit -n, LimitNOFILE) or give less", asked, files, ownFiles)}
	}
	return asked, nil
}
