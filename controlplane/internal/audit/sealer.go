package audit

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Store keeps entries and blocks.
type Store interface {
	// SealEntries gives seal the last block and up to limit entries that are in
	// none, by id, and stores the block that it makes and that they are in it, in one
	// transaction. Of several callers at once one seals; the others give 0. Not
	// called with no entries. Safe to retry.
	SealEntries(ctx context.Context, limit int, seal func(previous Block, entries []Entry) Block) (sealed int, err error)
	// ReadBlocks gives up to limit blocks beyond after, in order. Safe to retry.
	ReadBlocks(ctx context.Context, after int64, limit int) ([]Block, error)
	// BlockEntries gives the entries of a block, by id; those of 0 are not sealed,
	// and no more than limit of them are given. Safe to retry.
	BlockEntries(ctx context.Context, block int64, limit int) ([]Entry, error)
	// LastBlock is the zero Block if there is none.
	LastBlock(ctx context.Context) (Block, error)
	// ListEntries lists up to limit entries that q selects, the newest first. Safe
	// to retry.
	ListEntries(ctx context.Context, q Query, limit int) ([]Entry, error)
}

// Query selects entries. Empty fields select everything.
type Query struct {
	Workspace, Subject, Action, UserID, KeyID string
	Before                                    string // entries with ids below this one
}

const (
	sealEvery  = time.Second
	sealWithin = 5 * time.Second
	// sealLimit bounds a block, and so the locks of one transaction.
	sealLimit = 1000
	// headEvery is how often the chain's head is logged while it grows: often
	// enough for whoever keeps logs elsewhere, seldom enough to be read.
	headEvery = time.Hour
)

// Sealer gathers entries into blocks. Every replica runs one.
type Sealer struct {
	store  Store
	logger *slog.Logger
	now    func() time.Time
}

// NewSealer makes a Sealer; a nil now means time.Now.
func NewSealer(store Store, logger *slog.Logger, now func() time.Time) (*Sealer, error) {
	switch {
	case store == nil:
		return nil, errors.New("audit: store is missing")
	case logger == nil:
		return nil, errors.New("audit: logger is missing")
	}
	if now == nil {
		now = time.Now
	}
	return &Sealer{store, logger, now}, nil
}

// Run seals until ctx ends. It logs changes of state only.
func (s *Sealer) Run(ctx context.Context) {
	ticker := time.NewTicker(sealEvery)
	defer ticker.Stop()
	logged := s.now()
	failed := false
	for {
		_, err := s.Seal(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failed:
			s.logger.Warn("audit entries cannot be sealed; trying on", "error", err)
		case err == nil && s.now().Sub(logged) >= headEvery:
			logged = s.now()
			s.logHead(ctx)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Seal seals all entries that are in no block yet, and says how many.
func (s *Sealer) Seal(ctx context.Context) (sealed int, err error) {
	for {
		bounded, cancel := context.WithTimeout(ctx, sealWithin)
		n, err := s.store.SealEntries(bounded, sealLimit, func(previous Block, entries []Entry) Block {
			return Seal(previous, entries, s.now().UnixMilli())
		})
		cancel()
		sealed += n
		if err != nil || n < sealLimit {
			return sealed, err
		}
	}
}

func (s *Sealer) logHead(ctx context.Context) {
	last, err := s.store.LastBlock(ctx)
	if err == nil && last.Number > 0 {
		s.logger.Info("audit chain", "head", last.Head().String())
	}
}
