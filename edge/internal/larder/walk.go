package larder

import (
	"context"

	"github.com/fingerpost/fingerpost/edge/internal/loop"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Walk gives the key of every link that is on disk, until ctx ends. What is
// written meanwhile may be given or not, or twice.
func (l *Larder) Walk(ctx context.Context, visit func(link.Key)) {
	buffer := l.buffers.Get().(*[pageSize]byte)
	defer l.buffers.Put(buffer)
	for n, page := 1, l.file.next(0); page < l.file.pages; n, page = n+1, l.file.next(page+1) {
		if ctx.Err() != nil {
			return
		}
		if n%stretch == 0 {
			loop.Yield()
		}
		if err := l.file.read(page, buffer[:]); err != nil {
			l.metrics.errors.Add(1)
			continue
		}
		records, _ := scan(buffer[:])
		for _, raw := range records {
			if r, ok := decode(raw); ok {
				visit(r.link.Key)
			}
		}
	}
}
