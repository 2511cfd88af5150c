package redirect

import (
	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/guard"
)

// countOnly says whether no more may be kept of a visitor's click than that it
// was. A setting that this build does not know leaves it to the visitor.
func (d *Domain) countOnly(private bool) bool {
	return d.Untracked || private && !d.Tracked
}

// click is what there is to say of a request that p brought. Who sent it is for
// the caller to add. Hot path: 0 allocs.
func click(p *guard.Plain, d *Domain, e *cache.Entry, query []byte, now int64) clicks.Click {
	return clicks.Click{
		Domain: d.Name, Code: e.Code(), At: now,
		Agent: p.Agent(), Referrer: p.Referrer(), Language: p.Language(), Query: query,
		CountOnly: d.countOnly(p.Private()),
	}
}

// record counts the click of a request that is answered by way of fasthttp.
func (h *Handler) record(ctx *fasthttp.RequestCtx, d *Domain, e *cache.Entry, query []byte, now int64) {
	c := clicks.Click{Domain: d.Name, Code: e.Code(), At: now, Query: query, CountOnly: d.Untracked}
	if l, ok := ctx.Conn().(*loan); ok {
		c = click(l.Plain, d, e, query, now)
	}
	c.Address = h.visitor(ctx)
	h.options.Recorder.Record(c)
}
