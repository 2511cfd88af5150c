package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/transfer"
)

type importRequest struct {
	Streaming
	Format   string `query:"format" enum:"csv,ndjson" doc:"What the body is; without it, the body's first byte tells."`
	Domain   string `query:"domain" doc:"Where all links go; without it, what their rows say."`
	IfExists string `query:"if_exists" enum:"return,create" default:"return" doc:"return: rows without a code whose target has a link of yours are left alone, so an import may be repeated."`
}

// ndjsonType is that of lines of JSON.
const ndjsonType = "application/x-ndjson"

// ImportLine is one line of an import's answer.
type ImportLine struct {
	Line     int          `json:"line,omitempty" doc:"A line of the file that has become no link."`
	Problem  *Problem     `json:"problem,omitempty" doc:"Why it has not, or why the import ended early."`
	Progress *ImportCount `json:"progress,omitempty" doc:"How far the import is."`
	Waiting  string       `json:"waiting,omitempty" doc:"Why nothing is stored at the moment. It is tried again, for a minute."`
	Done     *ImportCount `json:"done,omitempty" doc:"On the last line of an import that came to its end."`
}

// ImportCount counts rows.
type ImportCount struct {
	Rows     int `json:"rows" doc:"The sum of the others."`
	Created  int `json:"created"`
	Existing int `json:"existing" doc:"Links that were there already."`
	Failed   int `json:"failed"`
}

func (a *api) registerTransfer() {
	line := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[ImportLine](), true, "ImportLine")
	handle(a, access.WriteURLs, huma.Operation{
		OperationID: "import-urls", Method: http.MethodPost, Path: "/api/v1/import", DefaultStatus: http.StatusOK,
		Metadata: map[string]any{streamed: true},
		Summary:  "Import links", Tags: []string{"transfer"},
		Description: "The body is CSV or NDJSON of any length: an export of ours, or of Bitly, YOURLS, Kutt or Shlink. The answer comes while " +
			"the body is read, a line of JSON every thousand rows and for each bad one. Cut off anywhere, it may be sent again from the start.",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"text/csv": {Schema: &huma.Schema{Type: "string"}, Example: "long_url,code,title\nhttps://example.com/autumn,autumn,Autumn sale\n"},
			ndjsonType: {Schema: &huma.Schema{Type: "string"}, Example: `{"long_url":"https://example.com/autumn","code":"autumn","tags":["poster"]}`},
		}},
		Responses: map[string]*huma.Response{"200": {Description: "Lines; each is this.",
			Content: map[string]*huma.MediaType{ndjsonType: {Schema: line}}}},
	}, a.importLinks)
	a.registerExport()
}

func (a *api) importLinks(_ context.Context, key access.Key, in *importRequest) (*huma.StreamResponse, error) {
	if in.Domain != "" {
		if _, ok := a.Links.Domains.Name(in.Domain); !ok {
			return nil, links.Refuse("domain", links.Unknown, "is not one of ours")
		}
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", ndjsonType)
		ctx.SetStatus(http.StatusOK)
		s := newStream(ctx)
		t := &importTeller{api: a, stream: s, out: json.NewEncoder(s.out)}
		done, err := a.runImport(ctx.Context(), key, in, t)
		if err != nil {
			s.drain(in.request.Body)
			return
		}
		t.say(ImportLine{Done: count(done)})
	}}, nil
}

func (a *api) runImport(ctx context.Context, key access.Key, in *importRequest, t *importTeller) (transfer.Progress, error) {
	reader, err := transfer.NewReader(in.request.Body, transfer.Format(in.Format))
	if err != nil {
		t.report(transfer.Progress{Err: err})
		return transfer.Progress{}, err
	}
	return transfer.Import(ctx, a.Links, reader, transfer.Settings{
		By: caller(key), Domain: in.Domain, Always: in.IfExists == "create", Now: a.Links.Now, Report: t.report,
	})
}

// importTeller writes the lines of an import's answer.
type importTeller struct {
	api    *api
	stream *stream
	out    *json.Encoder
}

// say leaves out what a client that is gone does not hear: it learns it by sending
// the file again.
func (t *importTeller) say(line ImportLine) { _ = t.out.Encode(line) }

func (t *importTeller) report(p transfer.Progress) {
	for _, f := range p.Failures {
		t.say(ImportLine{Line: f.Line, Problem: t.api.problem("import-urls", f.Err)})
	}
	line := ImportLine{Progress: count(p)}
	if p.Waiting != nil {
		line.Waiting = t.api.problem("import-urls", p.Waiting).Detail
	}
	if p.Err != nil {
		line.Problem = t.api.importProblem(p.Err)
	}
	t.say(line)
	_ = t.stream.flush()
}

// importProblem is why an import ended early: the file's fault, unless the
// database did not answer.
func (a *api) importProblem(err error) *Problem {
	if p, expected := problemOf(err); expected || p.Status == http.StatusServiceUnavailable {
		return a.problem("import-urls", err)
	}
	return newProblem(http.StatusBadRequest, "malformed_request", err.Error())
}

func count(p transfer.Progress) *ImportCount {
	return &ImportCount{Rows: p.Rows, Created: p.Created, Existing: p.Existing, Failed: p.Failed}
}
