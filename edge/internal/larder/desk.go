package larder

import (
	"sync"

	"github.com/fingerpost/fingerpost/sync/link"
)

// desk is where operations wait for the disk. What waits is seen by every read.
type desk struct {
	mu      sync.Mutex
	limit   int
	pages   int
	pending operations // to be carried to the pages
	writing operations // being carried there now
	// condemned pages hold something that an operation was lost about, or that was
	// half written. Of such a page nothing is true but what is pending.
	condemned pageSet
	// clearing pages were condemned when this round began. What is on disk of them
	// is not true, but what is being written is.
	clearing pageSet
	ticket   uint64        // rises with each operation
	carried  uint64        // every operation up to this ticket is on its page, or lost
	landed   chan struct{} // closed and replaced when carried rises
	lost     uint64        // operations that condemned their page
}

func newDesk(limit, pages int) *desk {
	return &desk{
		limit: limit, pages: pages, pending: operations{},
		condemned: newPageSet(pages), clearing: newPageSet(pages), landed: make(chan struct{}),
	}
}

// add takes an operation, or condemns its page.
func (d *desk) add(op operation) (ticket uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ticket++
	if _, ok := d.pending[op.record.link.Key]; ok || len(d.pending) < d.limit {
		d.pending.add(op)
		return d.ticket
	}
	d.condemned.add(pageOf(hashOf(op.record.link.Key), d.pages))
	d.lost++
	return d.ticket
}

// view is what is waiting about one key, oldest first, and whether what stands
// on its page comes before it.
func (d *desk) view(key link.Key, page int) (waiting []operation, disk bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	condemned := d.condemned.has(page)
	if op, ok := d.writing[key]; ok && !condemned {
		waiting = append(waiting, op)
	}
	if op, ok := d.pending[key]; ok {
		waiting = append(waiting, op)
	}
	return waiting, !condemned && !d.clearing.has(page)
}

// begin starts a round: what waits is to be written, page by page.
func (d *desk) begin() (round operations, clear []int, ticket uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writing, d.pending = d.pending, operations{}
	d.clearing, d.condemned = d.condemned, d.clearing // the latter is empty between rounds
	return d.writing, d.clearing.all(), d.ticket
}

// cleared says that a page that was to be cleared has been written.
func (d *desk) cleared(page int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clearing.remove(page)
}

// failed says that a page could not be written or read.
func (d *desk) failed(page, operations int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.condemned.add(page)
	d.lost += uint64(operations)
}

// end ends a round that began with ticket. What is still to be cleared remains
// condemned.
func (d *desk) end(ticket uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writing = nil
	for i, word := range d.clearing {
		d.condemned[i] |= word
		d.clearing[i] = 0
	}
	d.carried = ticket
	close(d.landed)
	d.landed = make(chan struct{})
}

// reached gives nil once ticket was carried to its page, and before that what to
// wait for.
func (d *desk) reached(ticket uint64) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.carried >= ticket {
		return nil
	}
	return d.landed
}

// state is for metrics, and tells whether the pages are wholly true.
func (d *desk) state() (waiting int, lost uint64, sound bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.pending) + len(d.writing), d.lost, len(d.condemned.all()) == 0
}
