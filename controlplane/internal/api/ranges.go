package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
)

// Ranges lists the leases of numbers, the newest first, behind after or, if that is
// the zero Granted, from the first on. Safe to retry.
type Ranges interface {
	ListLeases(ctx context.Context, after counter.Granted, limit int) ([]counter.Granted, error)
}

// Range is a lease as the API shows it.
type Range struct {
	Length   int       `json:"length" doc:"Of the codes that are made from it." example:"7"`
	Shard    int       `json:"shard"`
	First    uint64    `json:"first" doc:"The first of its numbers."`
	Size     uint64    `json:"size" doc:"How many numbers it holds." example:"1000"`
	Writer   string    `json:"writer" doc:"The process that makes codes from it."`
	Region   string    `json:"region"`
	LeasedAt time.Time `json:"leased_at"`
}

type listRangesRequest struct{ Page }

func (a *api) registerRanges() {
	handle(a, access.Admin, huma.Operation{
		OperationID: "list-ranges", Method: http.MethodGet, Path: "/api/v1/ranges", Summary: "List the ranges of numbers that writers leased", Tags: []string{"fleet"},
		Description: "The newest first. Codes are made of these numbers; a range is never leased twice.",
	}, a.listRanges)
}

func (a *api) listRanges(ctx context.Context, _ access.Key, in *listRangesRequest) (*items[Range], error) {
	const listing = "ranges"
	at, err := a.openPlace(in.Cursor, listing)
	if err != nil {
		return nil, err
	}
	after := counter.Granted{At: at.at}
	if at.id != "" { // it is ours: the cursor is signed
		if err := json.Unmarshal([]byte(at.id), &after); err != nil {
			return nil, err
		}
	}
	found, err := a.Ranges.ListLeases(ctx, after, in.Limit+1)
	if err != nil {
		return nil, unanswered("listing ranges", err)
	}
	return listed(found, in.Limit, showRange, func(last *counter.Granted) *string {
		id, _ := json.Marshal(last) // numbers and texts cannot fail
		return a.sealPlace(place{at: last.At, id: string(id)}, listing)
	}), nil
}

func showRange(g *counter.Granted) Range {
	return Range{
		Length: g.Length, Shard: g.Shard, First: g.First, Size: g.Size,
		Writer: g.Writer, Region: g.Region, LeasedAt: time.UnixMilli(g.At).UTC(),
	}
}
