package counter

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/sync/link"
)

// ErrUnavailable: no range is held and none could be leased. To ask again later
// is safe.
var ErrUnavailable = errors.New("no numbers are to be had now")

const (
	// leaseWithin bounds a lease.
	leaseWithin = 2 * time.Second
	// retryAfter is how long a failure is believed: an issuer that is down is
	// asked four times a second, not once for each link.
	retryAfter = 250 * time.Millisecond
)

// Minter is a writer's own supply of numbers. It is safe for concurrent use.
type Minter struct {
	options Options
	leased  prometheus.Counter
	waits   prometheus.Counter

	ctx    context.Context // of leases; ended by Stop
	cancel context.CancelFunc
	leases sync.WaitGroup

	mu       sync.Mutex
	stopped  bool            // mu
	supplies map[int]*supply // mu; by code length
}

// NewMinter gives a minter that holds nothing yet: the first Mint leases.
func NewMinter(o Options) *Minter {
	o.complete()
	m := &Minter{options: o, leased: newLeased(o.Registerer), waits: newWaits(o.Registerer), supplies: map[int]*supply{}}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	return m
}

// Mint gives a number for a code of length digits, or of more once that length has
// no numbers left, which nobody was given before or will be again. It waits only
// when no range is held, until ctx ends at the latest. ErrUnavailable when the
// issuer does not answer, and ErrExhausted when no length has numbers left.
func (m *Minter) Mint(ctx context.Context, length int) (id uint64, used int, err error) {
	for used = length; used <= link.MaxLength; used++ {
		if id, err = m.mint(ctx, used); !errors.Is(err, ErrExhausted) {
			break
		}
	}
	return id, used, err
}

// mint is Mint for one length.
func (m *Minter) mint(ctx context.Context, length int) (uint64, error) {
	for {
		id, ok, lease := m.take(length)
		if ok {
			return id, nil
		}
		if lease == nil && m.ended(length) {
			return 0, fmt.Errorf("minting a code of length %d: %w", length, ErrExhausted)
		}
		if lease == nil {
			return 0, fmt.Errorf("minting: %w", ErrUnavailable)
		}
		m.waits.Inc()
		select {
		case <-lease.done:
		case <-ctx.Done():
			return 0, fmt.Errorf("minting: %w: %w", ErrUnavailable, ctx.Err())
		}
		if lease.err != nil {
			return 0, fmt.Errorf("minting: %w: %w", ErrUnavailable, lease.err)
		}
	}
}

// ended says whether a length has no numbers left.
func (m *Minter) ended(length int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.supply(length).ended
}

// Prepare begins to lease for a length, so that the first Mint need not wait. It
// does not wait itself, and a failure does no harm.
func (m *Minter) Prepare(length int) {
	now := m.options.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.supply(length); s.wanting(now) && !m.stopped {
		m.begin(length, s, s.next(now))
	}
}

// supply gives what is held of a length; m.mu is held.
func (m *Minter) supply(length int) *supply {
	s := m.supplies[length]
	if s == nil {
		s = new(supply)
		m.supplies[length] = s
	}
	return s
}

// Stop ends a lease under way and waits for it. What is held can still be
// minted; what is left of it is wasted.
func (m *Minter) Stop(ctx context.Context) error {
	m.mu.Lock()
	m.stopped = true
	m.mu.Unlock()
	m.cancel()
	done := make(chan struct{})
	go func() {
		m.leases.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stopping the minter: %w", ctx.Err())
	}
}

// take takes a number and begins a lease if one is due. Without a number, it
// gives the lease to wait for, nil if there is none.
func (m *Minter) take(length int) (id uint64, ok bool, lease *attempt) {
	now := m.options.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.supply(length)
	id, ok = s.take(now)
	if s.wanting(now) && !m.stopped {
		m.begin(length, s, s.next(now))
	}
	return id, ok, s.attempt
}

// begin leases in the background; m.mu is held.
func (m *Minter) begin(length int, s *supply, size uint64) {
	s.attempt = &attempt{done: make(chan struct{})}
	m.leases.Go(func() {
		ctx, cancel := context.WithTimeout(m.ctx, leaseWithin)
		defer cancel()
		leased, err := m.options.Issuer.LeaseRange(ctx, Lease{
			Writer: m.options.Writer, Region: m.options.Region, Length: length, Size: size,
		})
		m.end(s, leased, err)
	})
}

func (m *Minter) end(s *supply, leased Range, err error) {
	now := m.options.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.report(s, err)
	if err == nil {
		m.leased.Inc()
		s.add(leased, now)
	} else if errors.Is(err, ErrExhausted) {
		s.ended = true
	} else {
		s.retryAt = now.Add(retryAfter)
	}
	s.attempt.err = err
	close(s.attempt.done)
	s.attempt = nil
}

// report logs when leasing begins to fail and when it works again. Callers of
// Mint get the error only when nothing is held any more: late to learn of it.
func (m *Minter) report(s *supply, err error) {
	switch {
	case err != nil && !s.failing && !m.stopped:
		m.options.Logger.Warn("leasing a range of numbers fails", "held", s.current.Size+s.ahead.Size, "error", err)
	case err == nil && s.failing:
		m.options.Logger.Info("leasing ranges of numbers works again")
	}
	s.failing = err != nil
}
