package api

import (
	"context"
	"net/http"
)

// Gate stands in front of the database.
type Gate interface {
	// Enter lets a request in, or refuses it (admission.ErrRefused). Who was let
	// in calls leave once.
	Enter(ctx context.Context) (leave func(failed bool), err error)
}

// apart marks an operation that waits for others than the database, and not in
// its gate.
const apart = "apart"

// inside is the key of a context that the gate has let in.
type inside struct{}

// admit has question, which says whether the database failed to answer it, asked
// when the gate lets it in. Nobody but the database is waited for inside, no client
// for its body or to take its answer, and no edge: it could keep everybody else out.
func (a *api) admit(ctx context.Context, question func(context.Context) (failed bool)) error {
	if ctx.Value(inside{}) != nil {
		question(ctx)
		return nil
	}
	if err := a.enter(ctx, question); err != nil {
		return err
	}
	a.Receipts.Await(ctx)
	return nil
}

// enter has question asked inside the gate.
func (a *api) enter(ctx context.Context, question func(context.Context) (failed bool)) error {
	ctx = context.WithValue(ctx, inside{}, true)
	if a.Gate == nil {
		question(ctx)
		return nil
	}
	leave, err := a.Gate.Enter(ctx)
	if err != nil {
		return err
	}
	away := false // also if question panics
	defer func() { leave(away) }()
	away = question(ctx)
	return nil
}

// failed says whether an error means that the database did not answer.
func failed(err error) bool {
	if err == nil {
		return false
	}
	p, _ := problemOf(err)
	return p.Status == http.StatusServiceUnavailable
}
