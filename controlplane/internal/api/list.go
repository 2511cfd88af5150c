package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Filters of a listing.
type Filters struct {
	Text   string `query:"q" maxLength:"200" doc:"Text in code, long_url or title, in any case; % and _ mean themselves."`
	Tag    string `query:"tag" maxLength:"50" doc:"Links with this tag."`
	Domain string `query:"domain" doc:"Links of this domain; all domains without it."`
	Status string `query:"status" enum:"active,disabled,blocked,deleted" doc:"Links of this status; all but the deleted without it."`
	Order  string `query:"order" enum:"newest,oldest" default:"newest" doc:"By time of creation."`
	Cursor string `query:"cursor" doc:"next_cursor of the page before, with the same filters."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most links in the answer."`
}

type listRequest struct {
	Filters
	CreatedBy string `query:"created_by" doc:"Links of this user."`
}

type userListRequest struct {
	Filters
	User string `path:"uid" doc:"The user; another's is not found, unless you are admin."`
}

type listAnswer struct {
	Body struct {
		Items      []Link  `json:"items" nullable:"false"`
		NextCursor *string `json:"next_cursor" doc:"Where the next page starts; null on the last one."`
	}
}

func (a *api) registerLists() {
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "list-urls", Method: http.MethodGet, Path: "/api/v1/urls", Summary: "List and search links", Tags: []string{"links"},
		Description: "Links that are added meanwhile shift nothing: each page continues where the one before ended.",
	}, func(ctx context.Context, key access.Key, in *listRequest) (*listAnswer, error) {
		return a.list(ctx, key, &in.Filters, in.CreatedBy)
	})
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "list-user-urls", Method: http.MethodGet, Path: "/api/v1/users/{uid}/urls", Summary: "List and search a user's links", Tags: []string{"links"},
	}, func(ctx context.Context, key access.Key, in *userListRequest) (*listAnswer, error) {
		if err := a.mayList(ctx, key, in.User); err != nil {
			return nil, told("reading user", "user", err)
		}
		return a.list(ctx, key, &in.Filters, in.User)
	})
}

// mayList says whether there is a user, as far as key may know. A key that is
// nobody's makes links under its own id.
func (a *api) mayList(ctx context.Context, key access.Key, user string) error {
	switch {
	case user == key.UserID:
		return nil
	case !key.Allows(access.Admin):
		return access.ErrNotFound
	}
	_, err := a.Access.User(ctx, user)
	if errors.Is(err, access.ErrNotFound) {
		_, err = a.Access.Key(ctx, user)
	}
	return err
}

func (a *api) list(ctx context.Context, key access.Key, in *Filters, createdBy string) (*listAnswer, error) {
	q, err := a.query(in, createdBy)
	if err != nil {
		return nil, err
	}
	found, next, err := a.Links.List(ctx, caller(key), q)
	if err != nil {
		return nil, err
	}
	keys := make([]link.Key, len(found))
	for i, l := range found {
		keys[i] = l.Key
	}
	clicks, err := a.Stats.Count(ctx, keys)
	if err != nil {
		return nil, unanswered("counting clicks", err)
	}
	answer := new(listAnswer)
	answer.Body.Items = make([]Link, len(found))
	for i, l := range found {
		answer.Body.Items[i] = a.show(l, clicks[l.Key])
	}
	if cursor := a.sealCursor(next, q); cursor != "" {
		answer.Body.NextCursor = &cursor
	}
	return answer, nil
}

// query is the listing that in asks for.
func (a *api) query(in *Filters, createdBy string) (links.Query, error) {
	q := links.Query{CreatedBy: createdBy, Tag: in.Tag, Text: in.Text, Limit: in.Limit}
	if in.Domain != "" {
		name, ok := a.Links.Domains.Name(in.Domain)
		if !ok {
			return q, links.Refuse("domain", links.Unknown, "is not one of ours")
		}
		q.Domain = name
	}
	if in.Status != "" {
		q.Status, _ = link.ParseStatus(in.Status) // one of the enum, or huma has refused it
	}
	if in.Order == "oldest" {
		q.Order = links.OldestFirst
	}
	for field, text := range map[string]string{"q": in.Text, "tag": in.Tag, "created_by": createdBy} {
		if !storable(text) {
			return q, links.Refuse(field, links.Bad, "is not text")
		}
	}
	after, ok := a.openCursor(in.Cursor, q)
	if !ok {
		return q, links.Refuse("cursor", links.Bad, "is not a cursor of this listing; start again without one")
	}
	q.After = after
	return q, nil
}

// storable says whether a database can compare text: PostgreSQL refuses NUL and
// broken UTF-8 with an error that would look like an outage.
func storable(text string) bool {
	return utf8.ValidString(text) && !strings.Contains(text, "\x00")
}
