package rpc

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// guard bounds a call, keeps its bug from ending the process, and turns its
// error into a code.
func (s *Server) guard(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.deadline(info.FullMethod))
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			s.Logger.Error("call panicked", "call", info.FullMethod, "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			answer, err = nil, status.Error(codes.Internal, "an unexpected error; it has been logged")
		}
	}()
	switch info.FullMethod {
	case wire.Receipts_Report_FullMethodName: // needs no database
		answer, err = handle(ctx, request)
	case wire.Clicks_Ship_FullMethodName:
		answer, err = s.check(ctx, request, handle)
	default:
		answer, err = s.admit(ctx, request, handle)
	}
	if err == nil {
		return answer, nil
	}
	coded := codeOf(err)
	if code := status.Code(coded); code != codes.InvalidArgument && code != codes.Canceled && !errors.Is(err, ingest.ErrBusy) {
		s.Logger.Warn("call failed", "call", info.FullMethod, "error", err)
	}
	return nil, coded
}

func (s *Server) deadline(method string) time.Duration {
	if method == wire.Clicks_Ship_FullMethodName {
		return s.ShipDeadline
	}
	return s.Deadline
}

// check handles a batch of clicks unless the database does not answer. Batches wait
// for one booking together, and hold no slot meanwhile: a fleet of edges that ship
// must not keep out those that ask for misses.
func (s *Server) check(ctx context.Context, request any, handle grpc.UnaryHandler) (answer any, err error) {
	if s.Gate != nil {
		if err := s.Gate.Check(); err != nil {
			return nil, err
		}
	}
	return handle(ctx, request)
}

// admit handles a call that the gate lets in.
func (s *Server) admit(ctx context.Context, request any, handle grpc.UnaryHandler) (answer any, err error) {
	if s.Gate == nil {
		return handle(ctx, request)
	}
	leave, err := s.Gate.Enter(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { leave(err != nil && status.Code(codeOf(err)) == codes.Unavailable) }()
	return handle(ctx, request)
}

// codeOf is the one place where an error becomes a code. What is none of the
// known refusals came from the database.
func codeOf(err error) error {
	switch {
	case errors.Is(err, ingest.ErrInvalid), errors.Is(err, errArgument):
		return status.Error(codes.InvalidArgument, err.Error())
	case errors.Is(err, counter.ErrExhausted), errors.Is(err, ingest.ErrBusy):
		return status.Error(codes.ResourceExhausted, err.Error())
	case errors.Is(err, admission.ErrRefused):
		return status.Error(codes.Unavailable, err.Error())
	case errors.Is(err, context.Canceled):
		return status.Error(codes.Canceled, "the call was abandoned")
	}
	return status.Error(codes.Unavailable, "the database does not answer in time")
}
