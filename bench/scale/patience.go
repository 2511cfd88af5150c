//go:build linux

package scale

import (
	"context"
	"errors"
	"net/http"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fingerpost/fingerpost/controlplane/client"
)

// patience is for how long a control plane may say that it has no time.
const patience = time.Minute

// patiently repeats do while it is told to come later, which a machine that halts
// for some seconds makes a control plane say. What waits meanwhile is measured, too.
func patiently(ctx context.Context, do func() error) error {
	for deadline := time.Now().Add(patience); ; {
		err := do()
		if !later(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// later says whether err is a refusal for now.
func later(err error) bool {
	var problem *client.Problem
	switch code := status.Code(err); {
	case err == nil:
		return false
	case errors.As(err, &problem):
		return problem.Status == http.StatusServiceUnavailable
	default:
		return code == codes.Unavailable || code == codes.DeadlineExceeded || code == codes.ResourceExhausted
	}
}
