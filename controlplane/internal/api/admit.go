package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
)

// Gate stands in front of the database.
type Gate interface {
	// Enter lets a request in, or refuses it (admission.ErrRefused). Who was let
	// in calls leave once.
	Enter(ctx context.Context) (leave func(failed bool), err error)
	// Check is Enter for requests that last long: they hold no slot.
	Check() error
}

// admit answers r with handler if the gate lets it in. Documents of our own need
// no database.
func (v *observer) admit(handler http.Handler, w *recorder, r *http.Request, pattern string) {
	r, problem := wished(w, r)
	if problem != nil {
		problem.write(w)
		return
	}
	if v.gate == nil || !strings.Contains(pattern, "/api/") {
		handler.ServeHTTP(w, r)
		return
	}
	leave, err := v.enter(r.Context(), pattern)
	if err != nil {
		refusal(err).write(w)
		return
	}
	defer func() { leave(w.status == http.StatusServiceUnavailable) }()
	handler.ServeHTTP(w, r)
}

func (v *observer) enter(ctx context.Context, pattern string) (leave func(failed bool), err error) {
	if lasting(pattern) {
		return func(bool) {}, v.gate.Check()
	}
	return v.gate.Enter(ctx)
}

// lasting says whether a route streams, or waits for others than the database.
func lasting(pattern string) bool {
	for _, end := range []string{"/import", "/export", "/live", "/receipts/{revision}"} {
		if strings.HasSuffix(pattern, end) {
			return true
		}
	}
	return false
}

func refusal(err error) *Problem {
	if !errors.Is(err, admission.ErrRefused) {
		return newProblem(499, "canceled", "the request was abandoned")
	}
	return newProblem(http.StatusServiceUnavailable, "overloaded", "nothing was done: "+err.Error()+"; try again in a moment").
		with("Retry-After", admission.RetryAfter)
}
