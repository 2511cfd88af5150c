package api

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// nameHeader names a request, so that it happens once however often it is sent.
const nameHeader = "Idempotency-Key"

// maxName is the length of a name; UUIDs and hashes are well below.
const maxName = 255

// streamed marks an operation whose body may be too large to be held in memory
// and that has means of its own against happening twice.
const streamed = "streamed"

func describeName(op *huma.Operation) {
	if op.Metadata[streamed] != nil {
		return
	}
	most := maxName
	op.Parameters = append(op.Parameters, &huma.Param{
		Name: nameHeader, In: "header", Schema: &huma.Schema{Type: "string", MaxLength: &most},
		Description: "A name of your own for this request, such as a UUID. Sent again within 24 hours with the same body, the request happens once and gets the first answer again; with another body, 422; while the first is running, 409.",
	})
}

// once answers a request that has a name: by running it, or as it was answered
// before.
func (a *api) once(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	names := r.Header.Values(nameHeader)
	if ctx.Operation().Metadata[streamed] != nil || len(names) == 0 || len(names) == 1 && names[0] == "" {
		next(ctx)
		return
	}
	request, err := a.named(ctx, names, next)
	if err != nil {
		a.problem("once", err).write(w)
		return
	}
	answer, err := a.runOnce(ctx.Context(), request)
	if err != nil {
		a.problem("once", err).write(w)
		return
	}
	writeAnswer(w, answer)
}

// runOnce waits for the request's other copies before it asks to be let in.
func (a *api) runOnce(ctx context.Context, request idempotency.Request) (answer *idempotency.Answer, err error) {
	deadline := time.Now().Add(a.Deadline)
	waiting, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	leave, err := a.Once.Enter(waiting, request.Name)
	if err != nil {
		return nil, onceProblem(err)
	}
	defer leave()
	refused := a.admit(ctx, func(ctx context.Context) bool {
		ctx, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		if answer, err = a.Once.Do(ctx, request); err != nil {
			err = onceProblem(err)
			return failed(err)
		}
		return answer.Status == http.StatusServiceUnavailable
	})
	return answer, cmp.Or(refused, err)
}

// onceProblem gives what the keeper refuses with a meaning for the client.
func onceProblem(err error) error {
	switch {
	case errors.Is(err, idempotency.ErrMismatch):
		p := newProblem(http.StatusUnprocessableEntity, "idempotency_mismatch", "this Idempotency-Key was used for another request; take a new one")
		p.Errors = []ProblemField{{nameHeader, links.Conflict, "was used for another request"}}
		return p
	case errors.Is(err, idempotency.ErrRunning):
		return newProblem(http.StatusConflict, "idempotency_running", "a request with this Idempotency-Key is still running; try again in a moment").
			with("Retry-After", retryAfter)
	}
	return fmt.Errorf("%w: %w", links.ErrUnavailable, err)
}

// nameOf is the one name that a request has.
func nameOf(values []string) (string, error) {
	switch name := values[0]; {
	case len(values) > 1:
		p := newProblem(http.StatusBadRequest, "malformed_request", nameHeader+" is there more than once; send one")
		p.Errors = []ProblemField{{nameHeader, links.Conflict, "is there more than once; send one"}}
		return "", p
	case len(name) > maxName || !visible(name):
		return "", links.Refuse(nameHeader, links.Bad, fmt.Sprintf("must be up to %d visible ASCII characters", maxName))
	default:
		return name, nil
	}
}

// named is the request with its name, and with how to run it.
func (a *api) named(ctx huma.Context, names []string, next func(huma.Context)) (r idempotency.Request, err error) {
	name, err := nameOf(names)
	if err != nil {
		return r, err
	}
	body, err := io.ReadAll(ctx.BodyReader())
	if err != nil {
		return r, unreceived(err)
	}
	presented, err := credential(ctx.Header("Authorization"), ctx.Header("X-Api-Key"))
	if err != nil {
		return r, err
	}
	if r.Sealer, err = idempotency.NewSealer(presented); err != nil {
		return r, err
	}
	key := keyOf(ctx.Context())
	address := ctx.URL()
	r.Name = idempotency.Name{KeyID: key.ID, Hash: sha256.Sum256([]byte(name))}
	r.Fingerprint = sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", ctx.Method(), address.RequestURI(), ctx.Header("Content-Type"), body))
	r.Run = func(attempt context.Context) *idempotency.Answer {
		c := &captured{received: received{huma.WithContext(ctx, attempt), bytes.NewReader(body)}, header: make(http.Header)}
		next(c)
		return c.answer()
	}
	r.Rebuild = func(ctx context.Context, subject string) (*idempotency.Answer, error) {
		return a.rebuild(ctx, key, subject)
	}
	return r, nil
}

func visible(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// writeAnswer leaves alone what was said about this request's own limits.
func writeAnswer(w http.ResponseWriter, answer *idempotency.Answer) {
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body) // a client that is gone cannot be told
}

// captured is a request whose body was read already and whose answer is kept.
type captured struct {
	received
	header http.Header
	status int
	out    bytes.Buffer
}

func (c *captured) SetStatus(code int)              { c.status = code }
func (c *captured) Status() int                     { return c.status }
func (c *captured) SetHeader(name, value string)    { c.header.Set(name, value) }
func (c *captured) AppendHeader(name, value string) { c.header.Add(name, value) }
func (c *captured) BodyWriter() io.Writer           { return &c.out }

func (c *captured) answer() *idempotency.Answer {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	return &idempotency.Answer{Status: c.status, Header: c.header, Body: c.out.Bytes()}
}
