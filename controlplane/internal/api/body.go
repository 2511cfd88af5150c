package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
)

// smallBody is how much of a body is received whatever is held already.
const smallBody = 64 << 10

// errNoRoom ends a body that there is no room for.
var errNoRoom = fmt.Errorf("%w: too many large bodies are on their way", admission.ErrRefused)

// receive waits for a request's body, before anything is asked of the database.
func (a *api) receive(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if r.ContentLength == 0 || ctx.Operation().Metadata[streamed] != nil {
		next(ctx)
		return
	}
	from := &held{from: r.Body, all: &a.held, most: a.Bodies}
	defer func() { a.held.Add(-from.n) }()
	body, err := io.ReadAll(io.LimitReader(from, ctx.Operation().MaxBodyBytes))
	if err != nil {
		unreceived(err).write(w)
		return
	}
	next(&received{ctx, bytes.NewReader(body)})
}

// unreceived is why there is no body.
func unreceived(err error) *Problem {
	var slow net.Error
	switch {
	case errors.Is(err, errNoRoom):
		p, _ := problemOf(err)
		return p
	case errors.As(err, &slow) && slow.Timeout():
		return newProblem(http.StatusRequestTimeout, statusCode(http.StatusRequestTimeout), "the body did not arrive in time")
	}
	return newProblem(http.StatusBadRequest, "malformed_request", "the body was cut off")
}

// held is a body of which n bytes were received, and ends when all is more than most.
type held struct {
	from io.Reader
	all  *atomic.Int64
	most int64
	n    int64
}

func (h *held) Read(p []byte) (int, error) {
	n, err := h.from.Read(p)
	h.n += int64(n)
	if h.all.Add(int64(n)) > h.most && h.n > smallBody {
		return n, errNoRoom
	}
	return n, err
}

// outer is a huma.Context under a name that does not clash with its method.
type outer huma.Context

// received is a request whose body is in memory.
type received struct {
	outer
	in *bytes.Reader
}

func (r *received) BodyReader() io.Reader { return r.in }

// Unwrap lets handlers reach the connection.
func (r *received) Unwrap() huma.Context { return r.outer }
