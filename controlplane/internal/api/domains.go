package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/wire"
)

type createDomainRequest struct{ Body NewDomain }

// DomainAddress names the domain that a call is about.
type DomainAddress struct {
	Name string `path:"name" doc:"The domain, or one of its other hosts."`
}

type changeDomainRequest struct {
	DomainAddress
	Precondition
	Body DomainSettings
}

type removeDomainRequest struct {
	DomainAddress
	Precondition
}

type domainAnswer struct {
	ETag string `header:"ETag" doc:"The domain's version, for If-Match."`
	Body Domain
}

func (a *api) registerDomains() {
	const path = "/api/v1/domains"
	handle(a, access.Admin, huma.Operation{
		OperationID: "create-domain", Method: http.MethodPost, Path: path, DefaultStatus: http.StatusCreated,
		Summary: "Add a domain", Tags: []string{"domains"},
		Description: "Edges answer for it within two seconds. Links to it are loops from then on; those that exist are shown with a warning.",
	}, func(ctx context.Context, _ access.Key, in *createDomainRequest) (*domainAnswer, error) {
		return a.showDomainOr(a.Domains.Create(ctx, in.Body.Name, in.Body.fields()))
	})
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "list-domains", Method: http.MethodGet, Path: path, Summary: "List the domains that you may use", Tags: []string{"domains"},
	}, a.listDomains)
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "read-domain", Method: http.MethodGet, Path: path + "/{name}", Summary: "Read a domain", Tags: []string{"domains"},
	}, a.readDomain)
	handle(a, access.Admin, huma.Operation{
		OperationID: "change-domain", Method: http.MethodPatch, Path: path + "/{name}", Summary: "Change a domain", Tags: []string{"domains"},
		Description: "Fields that are left out stay as they are. Edges follow within two seconds.",
	}, func(ctx context.Context, _ access.Key, in *changeDomainRequest) (*domainAnswer, error) {
		return a.showDomainOr(a.Domains.Change(ctx, a.domainName(in.Name), allows(in.IfMatch), in.Body.fields()))
	})
	handle(a, access.Admin, huma.Operation{
		OperationID: "remove-domain", Method: http.MethodDelete, Path: path + "/{name}", DefaultStatus: http.StatusNoContent,
		Summary: "Remove a domain", Tags: []string{"domains"}, Description: "409 while links stand on it. Edges answer 421 for it from then on.",
	}, func(ctx context.Context, _ access.Key, in *removeDomainRequest) (*struct{}, error) {
		return nil, toldOfDomain(a.Domains.Remove(ctx, a.domainName(in.Name), allows(in.IfMatch)))
	})
}

// domainName is the domain that a host means, or the host itself: what this
// replica has not heard of yet, the database may know.
func (a *api) domainName(host string) string {
	if name, ok := a.Links.Domains.Name(host); ok {
		return name
	}
	return host
}

func (a *api) listDomains(ctx context.Context, key access.Key, _ *struct{}) (*items[Domain], error) {
	all, err := a.Domains.List(ctx)
	if err != nil {
		return nil, toldOfDomain(err)
	}
	answer := new(items[Domain])
	answer.Body.Items = []Domain{}
	for _, d := range all {
		if caller(key).MayUse(d) {
			answer.Body.Items = append(answer.Body.Items, a.showDomain(d))
		}
	}
	return answer, nil
}

func (a *api) readDomain(ctx context.Context, key access.Key, in *DomainAddress) (*domainAnswer, error) {
	all, err := a.Domains.List(ctx)
	if err != nil {
		return nil, toldOfDomain(err)
	}
	for _, d := range all {
		if d.GetName() == a.domainName(in.Name) && caller(key).MayUse(d) {
			return a.showDomainOr(d, nil)
		}
	}
	return nil, toldOfDomain(domains.ErrNotFound)
}

func (a *api) showDomainOr(d *wire.Domain, err error) (*domainAnswer, error) {
	if err != nil {
		return nil, toldOfDomain(err)
	}
	return &domainAnswer{ETag: etag(d.GetVersion()), Body: a.showDomain(d)}, nil
}

// toldOfDomain is told for what package domains says.
func toldOfDomain(err error) error {
	var invalid *links.Invalid
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		return err
	case errors.Is(err, domains.ErrNotFound):
		return newProblem(http.StatusNotFound, "not_found", "there is no such domain")
	case errors.Is(err, domains.ErrExists):
		return newProblem(http.StatusConflict, "taken", "the domain is there already")
	case errors.Is(err, domains.ErrInUse):
		return newProblem(http.StatusConflict, "in_use", "links stand on the domain; delete them first")
	case errors.Is(err, domains.ErrDefault):
		return newProblem(http.StatusConflict, "in_use", "links that name no domain stand on this one")
	case errors.Is(err, domains.ErrPrecondition):
		return newProblem(http.StatusPreconditionFailed, "precondition_failed", "the domain has changed since you read it; read it again")
	}
	return unanswered("domains", err)
}
