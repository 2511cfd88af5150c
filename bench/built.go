package main

import (
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
)

// built is the program at path or, if that is empty, one built from pkg as a
// release is.
func built(ctx context.Context, dir, path, pkg string, log *slog.Logger) (string, error) {
	if path != "" {
		return filepath.Abs(path)
	}
	path = filepath.Join(dir, filepath.Base(filepath.Dir(pkg))+"-"+filepath.Base(pkg))
	log.Info("building", "package", pkg)
	if out, err := exec.CommandContext(ctx, "go", "build", "-pgo=auto", "-o", path, pkg).CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w: %s", pkg, err, out)
	}
	return path, nil
}
