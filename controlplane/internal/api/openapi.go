package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

const introduction = `Short links: make them, change them, and count their clicks.

- **Keys.** Every call needs an API key: ` + "`Authorization: Bearer KEY`, or `X-Api-Key: KEY`" + `. Each call names the scope that the key must have; ` + "`admin`" + ` implies all.
- **Errors** are RFC 9457 problems. ` + "`code`" + ` is for programs and keeps its meaning; ` + "`errors`" + ` names each field that is wrong. Unknown fields and parameters are refused.
- **Lists** come in pages: ask again with ` + "`cursor`" + ` set to ` + "`next_cursor`" + ` until that is null.
- **Once only.** A POST with an ` + "`Idempotency-Key`" + ` happens once, however often it is sent. A change with ` + "`If-Match`" + ` happens only to the version that you have read.
- **Limits.** ` + "`X-RateLimit-*` and `RateLimit`" + ` tell what a key has left; 429 and 503 say in ` + "`Retry-After`" + ` when to come again.
- **Times** are RFC 3339, in UTC.`

// tags are the groups of calls, in the order in which a page shows them.
func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "links", Description: "What leads where."},
		{Name: "transfer", Description: "Links by the thousand."},
		{Name: "stats", Description: "Who clicked, when, and from where."},
		{Name: "domains", Description: "The hosts of short links, and what holds for all links of one."},
		{Name: "edges", Description: "The servers that redirect: what they know, and what they would answer."},
		{Name: "webhooks", Description: "Messages to a server of yours when links change or are clicked often enough."},
		{Name: "keys", Description: "What programs prove themselves with."},
		{Name: "users", Description: "People, whose keys may do what their role allows."},
		{Name: "workspaces", Description: "Tenants: each sees its own links only."},
		{Name: "audit", Description: "Who changed what."},
		{Name: "fleet", Description: "What control planes share."},
	}
}

// failure is a way in which calls fail, described once for all.
type failure struct {
	status       int
	name         string // among the description's components
	description  string
	code, detail string // of the example
	of           func(path string, op *huma.Operation) bool
}

func failures() []failure {
	every := func(string, *huma.Operation) bool { return true }
	withBody := func(_ string, op *huma.Operation) bool { return op.RequestBody != nil }
	return []failure{
		{http.StatusBadRequest, "Malformed", "The body is not what its Content-Type says.",
			"malformed_request", "body is not valid: unexpected end of JSON input", withBody},
		{http.StatusUnauthorized, "Unauthenticated", "There is no API key, or it is unknown, expired or revoked.",
			"unauthenticated", "the API key is unknown, expired or revoked", every},
		{http.StatusForbidden, "Forbidden", "The key lacks the scope (`forbidden`), or another site's page made a browser send this (`cross_site`).",
			"forbidden", "this API key lacks the scope urls:write", every},
		{http.StatusNotFound, "NotFound", "It is not there, or belongs to another workspace.",
			"not_found", "there is no such link", func(path string, op *huma.Operation) bool {
				return strings.Contains(path, "{") || op.OperationID == "resolve-url"
			}},
		{http.StatusConflict, "Conflict", "The name is taken (`taken`), links stand on the domain (`in_use`), or the Idempotency-Key is in use (`idempotency_running`, `answer_lost`).",
			"taken", "alias is taken; choose another", func(_ string, op *huma.Operation) bool {
				return takes(op, nameHeader) || takes(op, "If-Match")
			}},
		{http.StatusPreconditionFailed, "Changed", "If-Match names another version than the one that stands.",
			"precondition_failed", "the link has changed since you read it; read it again", func(_ string, op *huma.Operation) bool {
				return takes(op, "If-Match")
			}},
		{http.StatusRequestEntityTooLarge, "TooLarge", "The body is too large.",
			"request_entity_too_large", "request body is too large", withBody},
		{http.StatusUnsupportedMediaType, "UnknownType", "The body's Content-Type is none that is taken here.",
			"unsupported_media_type", "body is not valid: unknown content type: text/plain", withBody},
		{http.StatusUnprocessableEntity, "Invalid", "A field or parameter is wrong; `errors` names all that are.",
			"invalid_request", "long_url must start with http:// or https://", every},
		{http.StatusTooManyRequests, "TooMany", "The key has made too many requests. Retry-After says when the next may come.",
			"rate_limited", "this API key makes more than 1000 requests a second; try again in 12ms", every},
		{http.StatusServiceUnavailable, "Unavailable", "The database does not answer in time (`unavailable`), or too many requests wait for it (`overloaded`). Retry-After says when to try again.",
			"unavailable", "the database does not answer in time; try again in a moment", every},
	}
}

func takes(op *huma.Operation, parameter string) bool {
	return slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == parameter })
}

// describeFailures adds to each call how it may fail, once all are registered.
func describeFailures(o *huma.OpenAPI) {
	o.Components.Responses = make(map[string]*huma.Response)
	for _, r := range failures() {
		o.Components.Responses[r.name] = r.response()
	}
	for path, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			for _, r := range failures() {
				if r.of(path, op) {
					op.Responses[strconv.Itoa(r.status)] = &huma.Response{Ref: "#/components/responses/" + r.name}
				}
			}
		}
	}
	for _, own := range []string{"ErrorModel", "ErrorDetail"} { // of huma, which translate lets nobody see
		delete(o.Components.Schemas.Map(), own)
	}
}

func (r *failure) response() *huma.Response {
	example := newProblem(r.status, r.code, r.detail)
	if field, detail, ok := strings.Cut(r.detail, " "); ok && r.status == http.StatusUnprocessableEntity {
		example.Errors = []ProblemField{{field, links.Bad, detail}}
	}
	response := aProblem(r.description)
	response.Content[problemType].Example = example
	if r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable {
		response.Headers = map[string]*huma.Param{"Retry-After": {Description: "Seconds.", Schema: &huma.Schema{Type: huma.TypeInteger}}}
	}
	return response
}

// aProblem is what every call answers that fails.
func aProblem(description string) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{
		problemType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}},
	}}
}
