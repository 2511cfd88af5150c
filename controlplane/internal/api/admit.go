package api

import (
	"context"
	"net/http"
	"sync"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
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

// inside is the key of a context that the gate has let in. Its value leaves, once.
type inside struct{}

// Outside publishes through Next, and not in front of the database: there a feed that
// is slow would keep out those who read. What is asked after it, such as to keep the
// answer, needs no place again: it is little, and of those who had one.
type Outside struct{ Next links.Publisher }

// Publish is links.Publisher's.
func (o Outside) Publish(ctx context.Context, block string, committed []*links.Link) {
	if leave, ok := ctx.Value(inside{}).(func(failed bool)); ok {
		leave(false)
	}
	o.Next.Publish(ctx, block, committed)
}

// admit has question, which says whether the database failed to answer it, asked
// when the gate lets it in. Nobody but the database is waited for inside, no client
// for its body or to take its answer, no feed and no edge: it could keep everybody else
// out.
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
	leave := func(bool) {}
	if a.Gate != nil {
		var err error
		if leave, err = a.Gate.Enter(ctx); err != nil {
			return err
		}
	}
	var once sync.Once
	leaveOnce := func(failed bool) { once.Do(func() { leave(failed) }) }
	away := false // also if question panics
	defer func() { leaveOnce(away) }()
	away = question(context.WithValue(ctx, inside{}, leaveOnce))
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
