package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/receipts"
)

// Receipts knows which edge has applied what.
type Receipts interface {
	// Wait gives the receipt of a revision as soon as every live edge has applied
	// it, or as it is when ctx ends.
	Wait(ctx context.Context, revision int64) (receipts.Receipt, error)
	// Edges lists the live edges.
	Edges(ctx context.Context) ([]receipts.Edge, error)
	// Await waits for the edges if ctx has that wish, and tells it how many have
	// applied what was written; for a second or two at most.
	Await(ctx context.Context)
}

// maxReceiptWait bounds ?wait= of a receipt.
const maxReceiptWait = 30 * time.Second

type receiptRequest struct {
	Revision int64  `path:"revision" minimum:"1" doc:"The revision that a write answered with. 0, with which one answers that etcd did not hear of in time, is of no use here: see what the link's own revision becomes."`
	Wait     string `query:"wait" doc:"How long to wait until every live edge has applied it, such as 2s; up to 30s." example:"2s"`
}

type receiptAnswer struct{ Body Receipt }

// Receipt says which live edges have applied a revision.
type Receipt struct {
	Revision int64         `json:"revision" example:"1042"`
	Complete bool          `json:"complete" doc:"Every live edge has applied it."`
	Edges    []EdgeReceipt `json:"edges" nullable:"false"`
}

// EdgeReceipt is one edge's part of a Receipt.
type EdgeReceipt struct {
	ID        string     `json:"id" example:"fra-1"`
	Region    string     `json:"region" example:"eu-central"`
	Applied   bool       `json:"applied"`
	AppliedAt *time.Time `json:"applied_at" doc:"By the edge's clock; null: not applied, or so long ago that nobody remembers when."`
}

func (a *api) registerReceipts() {
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "read-receipt", Method: http.MethodGet, Path: "/api/v1/receipts/{revision}", Metadata: map[string]any{apart: true},
		Summary: "See which edges have applied a change", Tags: []string{"edges"},
		Description: "Of the edges that are live now. A write waits by itself with ?wait=edges, and says in Fingerpost-Applied how many of how many edges have it.",
	}, a.receipt)
}

func (a *api) receipt(ctx context.Context, _ access.Key, in *receiptRequest) (*receiptAnswer, error) {
	var wait time.Duration
	if in.Wait != "" {
		var err error
		if wait, err = time.ParseDuration(in.Wait); err != nil || wait < 0 || wait > maxReceiptWait {
			return nil, links.Refuse("wait", links.Bad, "must be a time such as 2s, up to 30s")
		}
	}
	// This waits for edges, not for the database: it has its own time.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wait+a.Deadline)
	defer cancel()
	found, err := a.waitFor(ctx, in.Revision, wait)
	if err != nil {
		return nil, unanswered("asking for live edges", err)
	}
	answer := &receiptAnswer{Body: Receipt{Revision: in.Revision, Complete: found.Complete(), Edges: make([]EdgeReceipt, len(found.Edges))}}
	for i, e := range found.Edges {
		answer.Body.Edges[i] = EdgeReceipt{ID: e.ID, Region: e.Region, Applied: e.Applied}
		if e.At != 0 {
			at := time.UnixMilli(e.At).UTC()
			answer.Body.Edges[i].AppliedAt = &at
		}
	}
	return answer, nil
}

// waitFor waits so long for the edges, but for etcd up to ctx's end.
func (a *api) waitFor(ctx context.Context, revision int64, wait time.Duration) (receipts.Receipt, error) {
	if _, err := a.Receipts.Edges(ctx); err != nil { // so that wait is the edges'
		return receipts.Receipt{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, max(wait, time.Millisecond))
	defer cancel()
	return a.Receipts.Wait(ctx, revision)
}

// describeWait tells of ?wait=edges where wished takes it.
func describeWait(op *huma.Operation) {
	if op.Method == http.MethodGet || !strings.HasPrefix(op.Path, writesAt) {
		return
	}
	op.Parameters = append(op.Parameters, &huma.Param{
		Name: "wait", In: "query", Schema: &huma.Schema{Type: "string", Enum: []any{"edges"}},
		Description: "edges: answer only when all live edges have applied the change, or after some seconds; Fingerpost-Applied says how many of how many have.",
	})
}

// writesAt is where the calls begin that change what edges serve.
const writesAt = "/api/v1/urls"

// wished takes ?wait=edges off a write's address, and keeps the wish in its
// context: whoever publishes notes what to wait for, and admit waits. It is done
// here, once, for all writes.
func wished(w http.ResponseWriter, r *http.Request) (*http.Request, *Problem) {
	query := r.URL.Query()
	if !query.Has("wait") || r.Method == http.MethodGet || !strings.HasPrefix(r.URL.Path, writesAt) {
		return r, nil
	}
	if query.Get("wait") != "edges" || len(query["wait"]) > 1 {
		p := newProblem(http.StatusUnprocessableEntity, "invalid_request", "wait must be edges")
		p.Errors = []ProblemField{{"wait", links.Bad, "must be edges"}}
		return nil, p
	}
	query.Del("wait")
	r = r.Clone(receipts.With(r.Context(), func(applied, live int, known bool) {
		w.Header().Set("Fingerpost-Applied", fmt.Sprintf("%d/%d", applied, live))
		if !known {
			w.Header().Set("Fingerpost-Applied", "unknown")
		}
	}))
	r.URL.RawQuery = query.Encode()
	return r, nil
}
