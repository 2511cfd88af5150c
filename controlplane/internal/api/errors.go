package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// retryAfter is what a 503 advises, in seconds: a database that fails over or
// restarts is back within a few.
const retryAfter = "1"

// problemOf is the one place where an error becomes a status. expected is false
// for errors that somebody must look at; the answer tells nothing of their text.
func problemOf(err error) (p *Problem, expected bool) {
	var known *Problem
	var invalid *links.Invalid
	switch {
	case errors.As(err, &known):
		return known, true
	case errors.As(err, &invalid):
		return invalidProblem(invalid), true
	case errors.Is(err, links.ErrNotFound):
		return newProblem(http.StatusNotFound, "not_found", "there is no such link"), true
	case errors.Is(err, links.ErrTaken):
		p := newProblem(http.StatusConflict, "taken", "alias is taken; choose another")
		p.Errors = []ProblemField{{"alias", "taken", "is taken; choose another"}}
		return p, true
	case errors.Is(err, links.ErrPrecondition):
		return newProblem(http.StatusPreconditionFailed, "precondition_failed", "the link has changed since you read it; read it again"), true
	case errors.Is(err, access.ErrDenied):
		return unauthenticated(err.Error()), true
	case errors.Is(err, context.Canceled):
		// The client is gone; the status is for the metrics.
		return newProblem(499, "canceled", "the request was abandoned"), true
	case errors.Is(err, admission.ErrRefused):
		return newProblem(http.StatusServiceUnavailable, "overloaded", "nothing was done: too many requests are under way, or the database does not answer; try again in a moment").
			with("Retry-After", admission.RetryAfter), true
	case errors.Is(err, links.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return unavailable(), false
	}
	return newProblem(http.StatusInternalServerError, "internal", "an unexpected error; it has been logged"), false
}

func unavailable() *Problem {
	return newProblem(http.StatusServiceUnavailable, "unavailable",
		"the database, or etcd, does not answer in time; try again in a moment").with("Retry-After", retryAfter)
}

func unauthenticated(detail string) *Problem {
	return newProblem(http.StatusUnauthorized, "unauthenticated", detail).with("WWW-Authenticate", `Bearer realm="fingerpost"`)
}

func invalidProblem(invalid *links.Invalid) *Problem {
	p := newProblem(http.StatusUnprocessableEntity, "invalid_request", invalid.Error())
	for _, f := range invalid.Fields {
		p.Errors = append(p.Errors, ProblemField(f))
	}
	return p
}

// translate turns what huma itself answers with into a Problem. It is a
// transformer of one API rather than a replacement of huma.NewError, which is
// one for the whole process.
func translate(_ huma.Context, _ string, answer any) (any, error) {
	model, ok := answer.(*huma.ErrorModel)
	if !ok {
		return answer, nil
	}
	p := newProblem(model.Status, statusCode(model.Status), model.Detail)
	for _, detail := range model.Errors {
		// detail.Value is left out: it may be the whole body.
		p.Errors = append(p.Errors, fieldOf(detail))
	}
	if len(p.Errors) > 0 {
		p.Detail = strings.TrimSpace(p.Errors[0].Field + " " + p.Errors[0].Detail)
	}
	return p, nil
}

// statusCode is the Problem.Code of what huma or the router refuses.
func statusCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "malformed_request"
	case http.StatusUnprocessableEntity:
		return "invalid_request"
	case http.StatusInternalServerError:
		return "internal"
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

// fieldOf names the field of a huma error as we do: huma says body.tags[0] and
// query.limit, and puts a missing field's name into the text only.
func fieldOf(detail *huma.ErrorDetail) ProblemField {
	field := detail.Location
	for _, place := range []string{"body", "query", "path", "header"} {
		if rest, ok := strings.CutPrefix(field, place+"."); ok {
			field = rest
		}
	}
	var missing string
	if _, err := fmt.Sscanf(detail.Message, validation.MsgExpectedRequiredProperty, &missing); err == nil {
		return ProblemField{missing, links.Required, "is missing"}
	}
	switch detail.Message {
	case validation.MsgUnexpectedProperty, "unknown query parameter":
		return ProblemField{field, "unknown_field", "is not a field that is known here"}
	}
	return ProblemField{field, links.Bad, inOurWords(detail.Message)}
}

// inOurWords says what a client could not use as huma puts it: with Go's layout
// of a time, or with quotes that are no part of the values.
func inOurWords(message string) string {
	if message == validation.MsgExpectedRFC3339DateTime || strings.HasPrefix(message, "invalid date/time") {
		return "must be a time such as 2026-11-22T18:00:00Z"
	}
	before, after, _ := strings.Cut(validation.MsgExpectedOneOf, "%s")
	if values, ok := strings.CutPrefix(message, before); ok {
		return "must be one of " + strings.TrimSuffix(values, after)
	}
	return "is not valid: " + message
}
