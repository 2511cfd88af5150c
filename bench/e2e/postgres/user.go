package postgres

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// userID is who a server runs as.
type userID struct{ uid, gid int }

// serverUser is the user postgres when the test runs as root, because the
// server refuses to be root, and nil, this process's own user, otherwise.
func serverUser() (*userID, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("finding the user that PostgreSQL runs as: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, fmt.Errorf("user postgres: %w", err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, fmt.Errorf("user postgres: %w", err)
	}
	return &userID{uid, gid}, nil
}
