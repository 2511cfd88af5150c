package redirect

import (
	"context"
	"hash/maphash"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/limit"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Handler answers requests. It keeps nothing that belongs to one.
type Handler struct {
	options Options
	metrics *metrics
	limiter *limit.Limiter
	seed    maphash.Seed // of what the limiter was told

	draining atomic.Bool
	today    atomic.Pointer[dateLine]
}

// NewHandler checks the options.
func NewHandler(o Options) (*Handler, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if o.Unknown.Now == nil {
		o.Unknown.Now = o.Now
	}
	limiter, err := limit.New(o.Unknown)
	if err != nil {
		return nil, err
	}
	return &Handler{options: o, metrics: newMetrics(), limiter: limiter, seed: maphash.MakeSeed()}, nil
}

// Serve answers one request. Hot path: 0 allocs for a link in memory.
func (h *Handler) Serve(ctx *fasthttp.RequestCtx) {
	defer h.survive(ctx)
	h.serve(ctx)
	if h.draining.Load() {
		ctx.SetConnectionClose()
	}
	if ctx.Request.Header.IsHead() {
		// fasthttp leaves it out where there is no body, but a HEAD's headers are a
		// GET's.
		ctx.Response.Header.SetContentLength(len(ctx.Response.Body()))
	}
	h.metrics.answered(ctx.Response.StatusCode())
}

// survive turns a panic, which would end the process, into a 500.
func (h *Handler) survive(ctx *fasthttp.RequestCtx) {
	cause := recover()
	if cause == nil {
		return
	}
	h.metrics.panics.Add(1)
	h.options.Logger.Error("request panicked", "cause", cause, "stack", string(debug.Stack()))
	ctx.Response.Reset()
	refuse(ctx, fasthttp.StatusInternalServerError)
	h.metrics.answered(fasthttp.StatusInternalServerError)
}

func (h *Handler) serve(ctx *fasthttp.RequestCtx) {
	header := &ctx.Request.Header
	head := string(header.Method()) == fasthttp.MethodHead
	if !head && string(header.Method()) != fasthttp.MethodGet {
		ctx.Response.Header.SetCanonical(nameAllow, valueAllow)
		refuse(ctx, fasthttp.StatusMethodNotAllowed)
		return
	}
	hosts := h.options.View.Hosts()
	if hosts == nil {
		// Which hosts are ours is not known yet: 421 would be a lie.
		unavailable(ctx)
		return
	}
	target, host := asked(ctx)
	domain := hosts.Find(host)
	if domain == nil {
		// A client that keeps such a connection would only be told so again.
		ctx.SetConnectionClose()
		refuse(ctx, fasthttp.StatusMisdirectedRequest)
		return
	}
	code, query, ok := splitTarget(originForm(target))
	if !ok {
		refuse(ctx, fasthttp.StatusNotFound)
		return
	}
	now := h.options.Now().UnixMilli()
	e, outcome := h.look(domain, code, now)
	if outcome == cache.Miss {
		// What is in memory, though too old, is no stranger's guess.
		if e == nil && h.tooCurious(ctx) {
			return
		}
		if e, outcome = h.fill(ctx, domain, code, now); outcome == cache.Suspect && h.tolerable(domain, e, now) {
			outcome = cache.Hit // nobody who knows better answered
		}
	}
	switch outcome {
	case cache.Hit:
		h.answer(ctx, domain, e, query, now, head)
	case cache.Absent:
		instead(ctx, domain, domain.Unknown, fasthttp.StatusNotFound)
	default:
		unavailable(ctx)
	}
}

// look finds what code answers with from memory: Hit, Absent, or Miss if the
// control plane has to be asked; then with the entry, if it is only too old.
func (h *Handler) look(d *Domain, code []byte, now int64) (*cache.Entry, cache.Outcome) {
	e, outcome := h.options.Lookup.Find(d.Name, code, now)
	switch outcome {
	case cache.Absent:
		h.metrics.hits.Add(1)
		return nil, cache.Absent
	case cache.Hit:
		if h.fresh(d, e, now) {
			h.metrics.hits.Add(1)
			return e, cache.Hit
		}
	case cache.Suspect:
		if h.tolerable(d, e, now) {
			h.metrics.hits.Add(1)
			h.options.Lookup.Revalidate(link.Key{Domain: d.Name, Code: e.Code()})
			return e, cache.Hit
		}
	}
	h.metrics.misses.Add(1)
	return e, cache.Miss
}

// tolerable says whether a suspect entry may be served.
func (h *Handler) tolerable(d *Domain, e *cache.Entry, now int64) bool {
	return !d.Strict && !e.Strict() && h.fresh(d, e, now)
}

// fresh says whether e was known to be the newest recently enough to be served.
// A moment that far in the future is no better: the clock was set back since.
func (h *Handler) fresh(d *Domain, e *cache.Entry, now int64) bool {
	bound := h.options.MaxStale
	if d.Strict || e.Strict() {
		bound = min(bound, StrictAge)
	}
	age := time.Duration(now-h.options.Lookup.KnownAt(e)) * time.Millisecond
	return age.Abs() <= bound
}

// fill asks the control plane: Hit, Absent, Suspect with an entry that nobody
// could confirm, or Miss if nobody can tell.
func (h *Handler) fill(request *fasthttp.RequestCtx, d *Domain, code []byte, now int64) (*cache.Entry, cache.Outcome) {
	ctx, cancel := context.WithTimeout(context.Background(), h.options.Wait)
	defer cancel()
	// The code is copied: others may wait for this answer longer than the request
	// lives. Whether the link is strict is not known yet, so the stricter bound.
	key := link.Key{Domain: d.Name, Code: string(code)}
	e, outcome, err := h.options.Lookup.Fill(ctx, key, now-StrictAge.Milliseconds())
	if err != nil {
		h.options.Logger.Debug("no answer for a request", "error", err)
		return nil, cache.Miss
	}
	if outcome == cache.Absent {
		h.limiter.Charge(h.holder(request), maphash.Comparable(h.seed, key))
	}
	return e, outcome
}
