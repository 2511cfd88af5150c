package api

import (
	"errors"
	"net/http"
	"slices"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// told turns what package access says of a thing into a problem; what it does not
// name came from the database.
func told(doing, thing string, err error) error {
	var invalid access.InvalidFields
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		refused := new(links.Invalid)
		for _, f := range invalid {
			refused.Fields = append(refused.Fields, links.FieldError{Field: f.Field, Code: links.Bad, Detail: f.Detail})
		}
		return refused
	case errors.Is(err, access.ErrNotFound):
		return newProblem(http.StatusNotFound, "not_found", "there is no such "+thing)
	case errors.Is(err, access.ErrExists):
		return newProblem(http.StatusConflict, "taken", "its id or e-mail address is taken")
	case errors.Is(err, access.ErrPrecondition):
		return newProblem(http.StatusPreconditionFailed, "precondition_failed", "it has changed since you read it; read it again")
	}
	return unanswered(doing, err)
}

// checkStorable refuses filters that no database can compare.
func checkStorable(filters map[string]string) error {
	for field, text := range filters {
		if !storable(text) {
			return links.Refuse(field, links.Bad, "is not text")
		}
	}
	return nil
}

// allows says of a version whether If-Match takes it.
func allows(ifMatch string) func(version uint64) bool {
	versions := match(ifMatch)
	return func(version uint64) bool { return versions == nil || slices.Contains(versions, version) }
}
