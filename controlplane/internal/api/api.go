package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/docs"
)

// maxBody is the most that a request's body may hold; the byte beyond it tells
// a body that is too large from one that just fits.
const maxBody = 1<<20 + 1

// api is what the handlers share.
type api struct {
	Options
	huma huma.API
	held atomic.Int64 // bytes of bodies
}

// New makes the handler of everything public.
func New(o Options) (http.Handler, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	c := config()
	a := &api{Options: o, huma: inJSON{humago.New(mux, c), c}}
	a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	a.registerLinks()
	a.registerStats()
	a.registerReceipts()
	a.registerEdges()
	a.registerRanges()
	a.registerKeys()
	a.registerUsers()
	a.registerWorkspaces()
	a.registerDomains()
	a.registerAudit()
	a.registerWebhooks()
	describeFailures(a.huma.OpenAPI())
	describeExamples(a.huma.OpenAPI())
	spec, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("writing OpenAPI: %w", err)
	}
	docs.Register(mux)
	mux.Handle("GET /{$}", http.RedirectHandler("/docs", http.StatusFound)) // who follows the ready line finds something to read
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(spec) // a client that is gone cannot be told
	})
	observer, err := newObserver(o, mux)
	if err != nil {
		return nil, err
	}
	return observer, nil
}

// config is huma's, without what it serves by default: its pages load scripts
// from elsewhere, and its cached documents race.
func config() huma.Config {
	c := huma.DefaultConfig("Fingerpost", "1")
	c.Info.Description = introduction
	c.Info.License = &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"}
	c.Servers = []*huma.Server{{URL: "/", Description: "The control plane that serves this."}}
	c.Tags = tags()
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.Transformers = []huma.Transformer{translate}
	c.RejectUnknownQueryParameters = true
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decode}
	c.Formats = map[string]huma.Format{"application/json": format, "json": format, csvType: {Marshal: writeTable}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "An API key. The scope that a call needs is listed with it; admin implies all."},
		"header": {Type: "apiKey", In: "header", Name: "X-Api-Key", Description: "The same key, for tools that cannot send Authorization."},
	}
	return c
}

// inJSON answers in JSON whatever Accept says: a body that can be shown otherwise
// chooses that itself.
type inJSON struct {
	huma.API
	config huma.Config
}

// Negotiate is asked by huma.
func (inJSON) Negotiate(string) (string, error) { return "application/json", nil }

// Unmarshal is asked by huma. The names of media types are the same in any case
// (RFC 9110, 8.3.1), huma's are in lower case.
func (j inJSON) Unmarshal(contentType string, data []byte, v any) error {
	return j.API.Unmarshal(strings.ToLower(contentType), data, v)
}

// Config is looked for by huma on whatever is an API.
func (j inJSON) Config() huma.Config { return j.config }

// handle registers one call: it needs a key with scope, and has Deadline for
// the database.
func handle[I, O any](a *api, scope access.Scope, op huma.Operation, call func(context.Context, access.Key, *I) (*O, error)) {
	op.Description = strings.TrimSpace(op.Description + " Scope: `" + string(scope) + "`.") // a page shows no scopes of such keys
	op.Security = []map[string][]string{{"bearer": {string(scope)}}, {"header": {string(scope)}}}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = maxBody
	}
	op.BodyReadTimeout = -1 // receive has the body; a deadline that is set then would end the connection
	op.Middlewares = append(op.Middlewares, a.authenticate, a.limit, a.permit(scope), a.receive)
	describeWait(&op)
	if op.Method == http.MethodPost {
		describeName(&op)
		op.Middlewares = append(op.Middlewares, a.once)
	}
	if op.Responses == nil {
		op.Responses = make(map[string]*huma.Response)
	}
	op.Responses["default"] = aProblem("Any other problem.")
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (out *O, err error) {
		ask := func(ctx context.Context) bool {
			ctx, cancel := context.WithTimeout(ctx, a.Deadline)
			defer cancel()
			out, err = call(ctx, keyOf(ctx), in)
			return failed(err)
		}
		if op.Metadata[apart] != nil {
			ask(ctx)
		} else if refused := a.admit(ctx, ask); refused != nil {
			err = refused
		}
		if err != nil {
			return nil, a.problem(op.OperationID, err)
		}
		return out, nil
	})
}

// problem maps err, and logs what nobody expects.
func (a *api) problem(call string, err error) *Problem {
	p, expected := problemOf(err)
	if !expected {
		a.Logger.Warn("request failed", "call", call, "status", p.Status, "error", err)
	}
	return p
}
