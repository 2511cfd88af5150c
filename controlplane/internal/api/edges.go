package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/receipts"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Edge is an edge that is live, or has shipped clicks, and what it last said; null
// where it has said nothing yet.
type Edge struct {
	ID         string     `json:"id" example:"fra-1"`
	Live       bool       `json:"live" doc:"It is there now."`
	Region     string     `json:"region" example:"eu-central"`
	Address    string     `json:"address" doc:"Where it serves redirects." example:"10.1.2.3:8000"`
	Build      string     `json:"build" example:"v1.2.0"`
	Revision   *int64     `json:"revision" doc:"Everything up to this revision is applied."`
	Staleness  *float64   `json:"staleness_seconds" doc:"How old its view may be."`
	SpoolBytes *uint64    `json:"spool_bytes" doc:"Clicks that wait to be shipped."`
	Silent     *float64   `json:"silent_seconds" doc:"How long ago it said so; it reports once a second at least."`
	Boot       *uint64    `json:"boot" doc:"Epoch of its newest process that shipped clicks; rises with each start."`
	Watermark  *time.Time `json:"watermark" doc:"Every click that it answered before is booked."`
	ShippedAt  *time.Time `json:"shipped_at" doc:"When it last shipped clicks, or said that there are none."`
	Ended      bool       `json:"ended" doc:"It stopped, and all its clicks are booked: it does not hold final_until. It is forgotten after a week."`
	ConflictAt *time.Time `json:"conflict_at" doc:"When two processes last shipped clicks under this ID, or one from a copied spool; null: never. Clicks of one of them may be missing."`
}

// EdgeAddress names the edge that a call is about.
type EdgeAddress struct {
	ID string `path:"id" doc:"The edge's ID." example:"fra-1"`
}

func (a *api) registerEdges() {
	const path = "/api/v1/edges"
	handle(a, access.Admin, huma.Operation{
		OperationID: "list-edges", Method: http.MethodGet, Path: path, Summary: "List the edges", Tags: []string{"edges"},
		Description: "Those that are live, and those that have shipped clicks: of these that have not ended, the furthest behind holds final_until of all statistics.",
	}, a.edges)
	handle(a, access.Admin, huma.Operation{
		OperationID: "forget-edge", Method: http.MethodDelete, Path: path + "/{id}", DefaultStatus: http.StatusNoContent,
		Summary: "Forget a retired edge", Tags: []string{"edges"},
		Description: "It no longer holds final_until. Its clicks stay, and what its spool may still hold counts if it ships again.",
	}, a.forgetEdge)
}

func (a *api) edges(ctx context.Context, _ access.Key, _ *struct{}) (*items[Edge], error) {
	all, err := a.Receipts.Edges(ctx)
	if err != nil {
		return nil, unanswered("listing edges", err)
	}
	known := make(map[string]*Edge, len(all))
	for _, e := range all {
		known[e.Presence.GetId()] = showEdge(e)
	}
	shipping, err := a.Stats.Store.Edges(ctx)
	if err != nil {
		return nil, unanswered("listing edges", err)
	}
	for i := range shipping {
		if known[shipping[i].ID] == nil {
			known[shipping[i].ID] = &Edge{ID: shipping[i].ID}
		}
		known[shipping[i].ID].ships(&shipping[i])
	}
	answer := new(items[Edge])
	answer.Body.Items = make([]Edge, 0, len(known))
	for _, e := range known {
		answer.Body.Items = append(answer.Body.Items, *e)
	}
	slices.SortFunc(answer.Body.Items, func(x, y Edge) int { return cmp.Compare(x.ID, y.ID) })
	return answer, nil
}

func (a *api) forgetEdge(ctx context.Context, _ access.Key, in *EdgeAddress) (*struct{}, error) {
	found := false
	if storable(in.ID) {
		var err error
		if found, err = a.Stats.Store.ForgetEdge(ctx, in.ID); err != nil {
			return nil, unanswered("forgetting edge", err)
		}
	}
	if !found {
		return nil, newProblem(http.StatusNotFound, "not_found", "no edge of this ID has shipped clicks")
	}
	return nil, nil
}

func showEdge(e receipts.Edge) *Edge {
	shown := &Edge{
		ID: e.Presence.GetId(), Live: true, Region: e.Presence.GetRegion(), Address: e.Presence.GetAddress(), Build: e.Presence.GetBuild(),
	}
	if e.Last == nil {
		return shown
	}
	revision, spool, silent := e.Last.GetRevision(), e.Last.GetSpoolBytes(), e.Silent.Seconds()
	shown.Revision, shown.SpoolBytes, shown.Silent = &revision, &spool, &silent
	if ms := e.Last.GetStalenessMs(); ms >= 0 {
		staleness := float64(ms) / 1000
		shown.Staleness = &staleness
	}
	return shown
}

// ships adds what the edge said with its clicks.
func (e *Edge) ships(s *stats.Edge) {
	shipped := link.Time(s.SeenAt)
	e.Boot, e.ShippedAt, e.Ended = &s.Boot, &shipped, s.Ended
	e.Watermark, e.ConflictAt = timeOf(s.Watermark), timeOf(s.ConflictAt)
}
