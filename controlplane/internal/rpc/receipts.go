package rpc

import (
	"context"
	"fmt"
	"strings"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Reporter hears how far edges are. A report that is lost does no harm.
type Reporter interface {
	Report(ctx context.Context, r *wire.Applied) error
}

type receipts struct {
	wire.UnimplementedReceiptsServer
	reporter Reporter
}

func (s receipts) Report(ctx context.Context, in *wire.Applied) (*wire.ReportResponse, error) {
	if id := in.GetEdge(); id == "" || len(id) > maxName || strings.Contains(id, "/") {
		return nil, fmt.Errorf("%w: no edge can have this id", errArgument)
	}
	if err := s.reporter.Report(ctx, in); err != nil {
		return nil, fmt.Errorf("hearing edge %s: %w", in.GetEdge(), err)
	}
	return &wire.ReportResponse{}, nil
}
