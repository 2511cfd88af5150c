package rpc_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/rpc"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// behind is what stands behind the services: each answers with err if it is
// set, and panics or waits if told to.
type behind struct {
	links map[string]*links.Link
	err   error
	hang  bool
	panic bool
}

func (b *behind) fate(ctx context.Context) error {
	switch {
	case b.panic:
		panic("a bug")
	case b.hang:
		<-ctx.Done()
		return ctx.Err()
	}
	return b.err
}

func (b *behind) ReadLink(ctx context.Context, key link.Key) (*links.Link, error) {
	if err := b.fate(ctx); err != nil {
		return nil, err
	}
	if found, ok := b.links[key.String()]; ok {
		return found, nil
	}
	return nil, links.ErrNotFound
}

func (b *behind) LeaseRange(ctx context.Context, l counter.Lease) (counter.Range, error) {
	return counter.Range{Shard: 3, First: 10, Size: l.Size}, b.fate(ctx)
}

func (b *behind) Ship(ctx context.Context, batch *wire.Batch) (ingest.Result, error) {
	return ingest.Result{Duplicate: batch.GetSequence() == 1, Conflict: batch.GetSequence() == 3}, b.fate(ctx)
}

func (b *behind) Salt(ctx context.Context, day int64) ([]byte, error) {
	if day != 20_000 {
		return nil, ingest.ErrInvalid
	}
	return []byte("salt"), b.fate(ctx)
}

func (b *behind) Report(ctx context.Context, _ *wire.Applied) error { return b.fate(ctx) }

func start(t *testing.T, b *behind) *grpc.ClientConn { return startBehind(t, b, gate{}) }

func startBehind(t *testing.T, b *behind, g gate) *grpc.ClientConn {
	t.Helper()
	s, err := rpc.New(rpc.Options{
		Addr: "127.0.0.1:0", Links: b, Ranges: b, Clicks: b, Edges: b, Gate: g, Deadline: 200 * time.Millisecond, ShipDeadline: 400 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(new(bytes.Buffer), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	conn, err := grpc.NewClient(s.Addr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		goleak.VerifyNone(t)
	})
	return conn
}

func TestResolve(t *testing.T) {
	active := &links.Link{UpdatedAt: 99, Link: link.Link{
		Key: link.Key{Domain: "go.example", Code: "mine"}, URL: "https://example.com/", Status: link.Active, Redirect: 302, Version: 4}}
	deleted := &links.Link{Link: link.Link{Key: link.Key{Domain: "go.example", Code: "gone"}, Status: link.Deleted, Version: 5}}
	client := wire.NewResolverClient(start(t, &behind{links: map[string]*links.Link{"go.example/mine": active, "go.example/gone": deleted}}))
	for code, want := range map[string]*wire.Record{
		"mine": wire.FromLink(&active.Link, 99),
		"gone": wire.FromLink(&deleted.Link, 0),
		"none": nil,
	} {
		t.Run(code, func(t *testing.T) {
			got, err := client.Resolve(t.Context(), &wire.ResolveRequest{Domain: "go.example", Code: code})
			if err != nil {
				t.Fatal(err)
			}
			if !proto.Equal(got.GetRecord(), want) {
				t.Errorf("record %v, want %v", got.GetRecord(), want)
			}
		})
	}
}

func TestLeaseAndShip(t *testing.T) {
	conn := start(t, new(behind))
	leased, err := wire.NewRangesClient(conn).Lease(t.Context(), &wire.LeaseRequest{Writer: "w", Length: 7, Size: 5})
	if err != nil || leased.GetShard() != 3 || leased.GetFirst() != 10 || leased.GetSize() != 5 {
		t.Errorf("leased %v, error %v", leased, err)
	}
	clicks := wire.NewClicksClient(conn)
	for sequence, want := range map[uint64]*wire.ShipResponse{1: {Duplicate: true}, 2: {}, 3: {Conflict: true}} {
		got, err := clicks.Ship(t.Context(), &wire.Batch{Edge: "e", Epoch: 1, Sequence: sequence})
		if err != nil || !proto.Equal(got, want) {
			t.Errorf("shipped %v, error %v", got, err)
		}
	}
	salt, err := clicks.Salt(t.Context(), &wire.SaltRequest{Day: 20_000})
	if err != nil || string(salt.GetSalt()) != "salt" {
		t.Errorf("salt %v, error %v", salt, err)
	}
	if _, err := clicks.Salt(t.Context(), &wire.SaltRequest{Day: 20_001}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("a salt that is not given: %v", err)
	}
}

// gate is shut, or full.
type gate struct{ shut, full bool }

func (g gate) Enter(context.Context) (func(bool), error) {
	if g.shut || g.full {
		return nil, admission.ErrRefused
	}
	return func(bool) {}, nil
}

func (g gate) Check() error {
	if g.shut {
		return admission.ErrRefused
	}
	return nil
}

// TestClicksTakeNoSlots: batches wait for a booking beside the calls that the gate
// counts, but not for a database that does not answer.
func TestClicksTakeNoSlots(t *testing.T) {
	for _, tc := range []struct {
		name          string
		gate          gate
		ship, resolve codes.Code
	}{
		{"open", gate{}, codes.OK, codes.OK},
		{"full", gate{full: true}, codes.OK, codes.Unavailable},
		{"shut", gate{shut: true}, codes.Unavailable, codes.Unavailable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			conn := startBehind(t, new(behind), tc.gate)
			_, err := wire.NewClicksClient(conn).Ship(t.Context(), &wire.Batch{Edge: "e", Epoch: 1, Sequence: 2})
			if status.Code(err) != tc.ship {
				t.Errorf("shipping: %v", err)
			}
			_, err = wire.NewResolverClient(conn).Resolve(t.Context(), &wire.ResolveRequest{Domain: "d", Code: "none"})
			if status.Code(err) != tc.resolve {
				t.Errorf("resolving: %v", err)
			}
		})
	}
}

func TestBadArguments(t *testing.T) {
	conn := start(t, new(behind))
	resolver, ranges := wire.NewResolverClient(conn), wire.NewRangesClient(conn)
	for name, call := range map[string]func() error{
		"no domain": func() error { _, err := resolver.Resolve(t.Context(), &wire.ResolveRequest{Code: "abc"}); return err },
		"bad code": func() error {
			_, err := resolver.Resolve(t.Context(), &wire.ResolveRequest{Domain: "d", Code: "a/b"})
			return err
		},
		"no writer": func() error { _, err := ranges.Lease(t.Context(), &wire.LeaseRequest{Length: 7, Size: 1}); return err },
		"length": func() error {
			_, err := ranges.Lease(t.Context(), &wire.LeaseRequest{Writer: "w", Length: 5, Size: 1})
			return err
		},
		"size": func() error {
			_, err := ranges.Lease(t.Context(), &wire.LeaseRequest{Writer: "w", Length: 7})
			return err
		},
		"long name": func() error {
			_, err := ranges.Lease(t.Context(), &wire.LeaseRequest{Writer: strings.Repeat("w", 101), Length: 7, Size: 1})
			return err
		},
	} {
		if code := status.Code(call()); code != codes.InvalidArgument {
			t.Errorf("%s: %v", name, code)
		}
	}
}

func TestTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		behind behind
		want   codes.Code
	}{
		"database down":  {behind{err: errors.New("connection refused")}, codes.Unavailable},
		"database hangs": {behind{hang: true}, codes.Unavailable},
		"bad batch":      {behind{err: ingest.ErrInvalid}, codes.InvalidArgument},
		"too much":       {behind{err: ingest.ErrBusy}, codes.ResourceExhausted},
		"no numbers":     {behind{err: counter.ErrExhausted}, codes.ResourceExhausted},
		"a bug":          {behind{panic: true}, codes.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			client := wire.NewClicksClient(start(t, &c.behind))
			_, err := client.Ship(t.Context(), &wire.Batch{Edge: "e", Epoch: 1, Sequence: 2})
			if status.Code(err) != c.want {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "a bug") {
				t.Errorf("the answer tells the cause: %v", err)
			}
		})
	}
}
