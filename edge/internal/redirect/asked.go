package redirect

import "github.com/valyala/fasthttp"

// asked is a request's target and host, as the client sent them: on the server's
// connections fasthttp sees neither. Hot path: 0 allocs.
func asked(ctx *fasthttp.RequestCtx) (target, host []byte) {
	if c, ok := ctx.Conn().(*loan); ok {
		return c.Target(), c.Host()
	}
	return ctx.Request.Header.RequestURI(), ctx.Request.Header.Host()
}

// values are those of all lines of a header, by its name in lower case.
func values(ctx *fasthttp.RequestCtx, name string) [][]byte {
	if c, ok := ctx.Conn().(*loan); ok {
		return c.Values(name)
	}
	return ctx.Request.Header.PeekAll(name)
}
