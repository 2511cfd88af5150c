package redirect

import "github.com/fingerpost/fingerpost/edge/internal/guard"

// Quick is quick, without a connection around it.
func (h *Handler) Quick(p *guard.Plain, now int64, answer []byte) []byte {
	return h.quick(p, now, answer)
}
