package redirect

import (
	"strconv"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Names and values of headers, as the bytes that fasthttp takes. Never written to.
var (
	nameAllow          = []byte(fasthttp.HeaderAllow)
	nameCacheControl   = []byte(fasthttp.HeaderCacheControl)
	nameLocation       = []byte(fasthttp.HeaderLocation)
	nameReferrerPolicy = []byte(fasthttp.HeaderReferrerPolicy)
	nameRetryAfter     = []byte(fasthttp.HeaderRetryAfter)
	nameRobotsTag      = []byte("X-Robots-Tag")
	valueAllow         = []byte("GET, HEAD")
	valueSecond        = []byte("1")
	valueText          = []byte("text/plain; charset=utf-8")
	cacheNot           = []byte("private, max-age=0")
	cacheBriefly       = []byte("private, max-age=90")
)

// briefly is for how many seconds a browser may remember a permanent redirect.
const briefly = 90

// answer sets what the link says at now.
func (h *Handler) answer(ctx *fasthttp.RequestCtx, d *Domain, e *cache.Entry, query []byte, now int64, head bool) {
	switch e.AnswerAt(now) {
	case link.Redirect:
		location := e.Location()
		if e.ForwardQuery() && len(query) > 0 {
			if !plainQuery(query) {
				refuse(ctx, fasthttp.StatusBadRequest)
				return
			}
			var room [1024]byte // spares the usual length an allocation
			location = appendQuery(room[:0], location, query)
		}
		if !head {
			h.record(ctx, d, e, query, now)
		}
		send(ctx, d, e.Redirect(), location)
		setCaching(ctx, e, now)
	case link.NotStarted:
		instead(ctx, d, d.Unknown, fasthttp.StatusNotFound)
	case link.Expired:
		if url := e.ExpiredURL(); url != "" {
			send(ctx, d, fasthttp.StatusFound, []byte(url))
			return
		}
		instead(ctx, d, d.Expired, fasthttp.StatusGone)
	case link.Forbidden:
		refuse(ctx, fasthttp.StatusUnavailableForLegalReasons)
	default:
		instead(ctx, d, d.Expired, fasthttp.StatusGone)
	}
}

// send sets a redirect. fasthttp's own Redirect rewrites targets.
func send(ctx *fasthttp.RequestCtx, d *Domain, status int, location []byte) {
	h := &ctx.Response.Header
	h.SetStatusCode(status)
	h.SetCanonical(nameLocation, location)
	h.SetCanonical(nameCacheControl, cacheNot)
	if len(d.ReferrerPolicy) > 0 {
		h.SetCanonical(nameReferrerPolicy, d.ReferrerPolicy)
	}
	if len(d.RobotsTag) > 0 {
		h.SetCanonical(nameRobotsTag, d.RobotsTag)
	}
}

// setCaching lets browsers remember a permanent redirect, but not beyond the
// link's end.
func setCaching(ctx *fasthttp.RequestCtx, e *cache.Entry, now int64) {
	if e.Redirect() != fasthttp.StatusMovedPermanently && e.Redirect() != fasthttp.StatusPermanentRedirect {
		return
	}
	left := (e.ExpiresAt() - now) / 1000
	if e.ExpiresAt() == 0 || left >= briefly {
		ctx.Response.Header.SetCanonical(nameCacheControl, cacheBriefly)
		return
	}
	var room [32]byte
	ctx.Response.Header.SetCanonical(nameCacheControl, strconv.AppendInt(append(room[:0], "private, max-age="...), left, 10))
}

// instead sends visitors to the domain's fallback, or refuses if it has none.
func instead(ctx *fasthttp.RequestCtx, d *Domain, fallback []byte, status int) {
	if len(fallback) > 0 {
		send(ctx, d, fasthttp.StatusFound, fallback)
		return
	}
	refuse(ctx, status)
}

// unavailable says that an answer exists but cannot be had now.
func unavailable(ctx *fasthttp.RequestCtx) {
	ctx.Response.Header.SetCanonical(nameRetryAfter, valueSecond)
	refuse(ctx, fasthttp.StatusServiceUnavailable)
}

// refuse sets an answer without a target. Nothing may keep it: the next change
// can turn any of them into a redirect.
func refuse(ctx *fasthttp.RequestCtx, status int) {
	ctx.Response.Header.SetStatusCode(status)
	ctx.Response.Header.SetCanonical(nameCacheControl, cacheNot)
	ctx.Response.Header.SetContentTypeBytes(valueText)
	ctx.Response.SetBodyString(fasthttp.StatusMessage(status))
	ctx.Response.AppendBodyString("\n")
}
