package folder

import "errors"

// ErrInUse: the folder belongs to another process, or to another part of this one.
var ErrInUse = errors.New("another process runs on it")

// Lock makes the caller the only one on a folder, which must exist, for as long as
// the process lives or until unlock. It does not wait: while another has the folder
// it gives ErrInUse.
func Lock(dir string) (unlock func() error, err error) { return lock(dir) }
