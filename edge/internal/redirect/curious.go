package redirect

import (
	"bytes"
	"net/netip"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/sync/address"
)

// tooCurious refuses a request from an address that has asked for too many codes
// that do not exist. It is asked only when the code is not in memory.
func (h *Handler) tooCurious(ctx *fasthttp.RequestCtx) bool {
	wait := h.limiter.Wait(h.holder(ctx))
	if wait == 0 {
		return false
	}
	seconds := max(1, int64((wait+time.Second-1)/time.Second))
	var room [20]byte
	ctx.Response.Header.SetCanonical(nameRetryAfter, strconv.AppendInt(room[:0], seconds, 10))
	refuse(ctx, fasthttp.StatusTooManyRequests)
	return true
}

// holder is to whom a request is counted.
func (h *Handler) holder(ctx *fasthttp.RequestCtx) netip.Addr { return address.Network(h.visitor(ctx)) }

// visitor is who sent a request: the address at the other end, or, if that is a
// trusted proxy, the one that it passed the request on for.
func (h *Handler) visitor(ctx *fasthttp.RequestCtx) netip.Addr {
	trusted := h.options.Ports.Trusted
	peer := address.Of(ctx.RemoteAddr())
	if !address.Within(trusted, peer) {
		return peer
	}
	lines := values(ctx, "x-forwarded-for")
	return address.Forwarded(trusted, peer, bytes.Join(lines, []byte(",")))
}
