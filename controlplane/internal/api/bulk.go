package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

const (
	maxBulk     = 1000
	maxBulkBody = 16 << 20 // a thousand of the longest URLs, with titles and notes
	// batchDeadlines is how many deadlines of a single call a transaction of a
	// few hundred rows has.
	batchDeadlines = 5
)

// bulkRow is a NewLink that is read later, so that what is wrong with it is told
// in its own row's answer.
type bulkRow json.RawMessage

// UnmarshalJSON keeps the bytes.
func (r *bulkRow) UnmarshalJSON(data []byte) error {
	*r = bytes.Clone(data)
	return nil
}

// Schema describes a NewLink, and lets everything pass.
func (bulkRow) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[NewLink](), true, ""), {}}}
}

type bulkRequest struct {
	Body struct {
		Items []bulkRow `json:"items" nullable:"false" minItems:"1" maxItems:"1000" doc:"The links, up to 1,000."`
	}
}

// BulkItem is what became of one row.
type BulkItem struct {
	Index   int      `json:"index" doc:"The row, counted from 0."`
	Status  int      `json:"status" doc:"What a single create would have answered with." example:"201"`
	URL     *Link    `json:"url,omitempty" doc:"The link, if there is one."`
	Problem *Problem `json:"problem,omitempty" doc:"Why there is none."`
}

type bulkAnswer struct {
	Body struct {
		Items []BulkItem `json:"items" nullable:"false" doc:"A result for each row, in order."`
	}
}

func (a *api) registerBulk() {
	handle(a, access.WriteURLs, huma.Operation{
		OperationID: "create-urls", Method: http.MethodPost, Path: "/api/v1/urls/bulk", DefaultStatus: http.StatusOK,
		MaxBodyBytes: maxBulkBody,
		Summary:      "Create many links", Tags: []string{"transfer"},
		Description: "Each row succeeds or fails alone. Much faster than as many single calls.",
	}, a.bulk)
}

func (a *api) bulk(ctx context.Context, key access.Key, in *bulkRequest) (*bulkAnswer, error) {
	rows := in.Body.Items
	switch {
	case len(rows) == 0:
		return nil, links.Refuse("items", links.Required, "is missing or empty")
	case len(rows) > maxBulk:
		return nil, links.Refuse("items", links.TooMany, fmt.Sprintf("are more than %d", maxBulk))
	}
	answer := new(bulkAnswer)
	answer.Body.Items = make([]BulkItem, len(rows))
	var drafts []links.Draft
	var indexes []int
	for i, row := range rows {
		answer.Body.Items[i].Index = i
		draft, err := a.readRow(i, row)
		if err != nil {
			answer.Body.Items[i].refuse(a.problem("create-urls", err))
			continue
		}
		drafts, indexes = append(drafts, draft), append(indexes, i)
	}
	// Once begun, a row's fate does not hang on a client that waits.
	results := a.Links.CreateAll(context.WithoutCancel(ctx), caller(key), drafts, batchDeadlines*a.Deadline)
	if len(results) > 0 && errors.Is(results[0].Err, links.ErrUnavailable) {
		return nil, results[0].Err // nothing was created, or nobody knows
	}
	for i, result := range results {
		a.fill(&answer.Body.Items[indexes[i]], result)
	}
	return answer, nil
}

func (b *BulkItem) refuse(p *Problem) { b.Status, b.Problem = p.Status, p }

func (a *api) fill(item *BulkItem, result links.Result) {
	if result.Err != nil {
		item.refuse(a.problem("create-urls", result.Err))
		return
	}
	shown := a.showMade(result.Made)
	item.Status, item.URL = http.StatusCreated, &shown
	if result.Made.Existed {
		item.Status = http.StatusOK
	}
}

// readRow reads row i as strictly as a single create.
func (a *api) readRow(i int, row []byte) (links.Draft, error) {
	var generic any
	if err := json.Unmarshal(row, &generic); err != nil {
		return links.Draft{}, links.Refuse("body", links.Bad, "is not JSON")
	}
	if _, ok := generic.(map[string]any); !ok {
		return links.Draft{}, links.Refuse(fmt.Sprintf("items[%d]", i), links.Bad, `must be an object such as {"long_url":"https://example.com/"}`)
	}
	registry := a.huma.OpenAPI().Components.Schemas
	found := new(huma.ValidateResult)
	huma.Validate(registry, registry.Schema(reflect.TypeFor[NewLink](), true, ""), huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, generic, found)
	if len(found.Errors) > 0 {
		return links.Draft{}, rowProblem(found.Errors)
	}
	var n NewLink
	if err := json.Unmarshal(row, &n); err != nil {
		return links.Draft{}, links.Refuse("body", links.Bad, "does not fit")
	}
	return n.draft()
}

// rowProblem is what translate makes of a whole request's errors.
func rowProblem(found []error) *Problem {
	p := newProblem(http.StatusUnprocessableEntity, "invalid_request", "the row is not a link")
	for _, err := range found {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			p.Errors = append(p.Errors, fieldOf(detail))
		}
	}
	if len(p.Errors) > 0 {
		p.Detail = strings.TrimSpace(p.Errors[0].Field + " " + p.Errors[0].Detail)
	}
	return p
}
