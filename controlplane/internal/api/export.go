package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/transfer"
	"github.com/fingerpost/fingerpost/sync/link"
)

type exportRequest struct {
	Format string `query:"format" enum:"csv,ndjson" default:"csv"`
	Text   string `query:"q" maxLength:"200" doc:"As in a listing."`
	Tag    string `query:"tag" maxLength:"50" doc:"Links with this tag."`
	Domain string `query:"domain" doc:"Links of this domain; all domains without it."`
	Status string `query:"status" enum:"active,disabled,blocked" doc:"Links of this status."`
}

func (a *api) registerExport() {
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "export-urls", Method: http.MethodGet, Path: "/api/v1/export",
		Summary: "Export links", Tags: []string{"transfer"},
		Description: "All links that you may see, the oldest first, streamed. An import takes it back. In CSV, cells that a spreadsheet would take " +
			"for a formula start with an apostrophe. If the export fails midway, the connection is cut.",
		Responses: map[string]*huma.Response{"200": {Description: "The links.", Content: map[string]*huma.MediaType{
			csvType:    {Schema: &huma.Schema{Type: huma.TypeString}},
			ndjsonType: {Schema: &huma.Schema{Type: huma.TypeString}},
		}}},
	}, a.export)
}

func (a *api) export(_ context.Context, key access.Key, in *exportRequest) (*huma.StreamResponse, error) {
	q, err := a.query(&Filters{Text: in.Text, Tag: in.Tag, Domain: in.Domain, Status: in.Status, Order: "oldest"}, "")
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		kind := "text/csv; charset=utf-8"
		if in.Format == string(transfer.NDJSON) {
			kind = ndjsonType
		}
		ctx.SetHeader("Content-Type", kind)
		ctx.SetHeader("Content-Disposition", `attachment; filename="links.`+in.Format+`"`)
		s := newStream(ctx)
		if err := a.runExport(ctx.Context(), key, q, transfer.NewWriter(s.out, transfer.Format(in.Format)), s); err != nil {
			a.problem("export-urls", err) // for the log
			s.abort()
		}
	}}, nil
}

func (a *api) runExport(ctx context.Context, key access.Key, q links.Query, out transfer.Writer, s *stream) error {
	return transfer.Export(ctx, patient{a}, caller(key), q, func(ctx context.Context, page []*links.Link) error {
		keys := make([]link.Key, len(page))
		for i, l := range page {
			keys[i] = l.Key
		}
		clicks, err := a.Stats.Count(ctx, keys)
		if err != nil {
			return unanswered("counting clicks", err)
		}
		for _, l := range page {
			if err := out.Write(l, a.shortURL(l.Key), clicks[l.Key].Count); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
		return s.flush()
	})
}

// patient gives each page the time of a request.
type patient struct{ *api }

// List is transfer.Lister's.
func (p patient) List(ctx context.Context, by links.Caller, q links.Query) ([]*links.Link, links.Cursor, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Deadline)
	defer cancel()
	return p.Links.List(ctx, by, q)
}
