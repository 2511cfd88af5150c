package larder

import (
	"github.com/fingerpost/fingerpost/sync/link"
)

// Look finds a link, and the last moment, in Unix milliseconds, at which it was
// known to be the newest. ok is false as well if the disk is too busy to be
// asked. Take the cache's ticket first: what a change overtakes while it is
// being read must not be served.
func (l *Larder) Look(key link.Key) (found link.Link, knownAt int64, ok bool) {
	hash := hashOf(key)
	page := pageOf(hash, l.file.pages)
	waiting, disk := l.desk.view(key, page)
	var r record
	if disk && (len(waiting) == 0 || waiting[len(waiting)-1].kind != drop) {
		select {
		case l.reading <- struct{}{}:
		default:
			l.metrics.skipped.Add(1)
			return link.Link{}, 0, false
		}
		r, ok = l.onDisk(key, hash, page)
		<-l.reading
	}
	for _, op := range waiting {
		r, ok = op.on(r, ok)
	}
	if !ok {
		l.metrics.absent.Add(1)
		return link.Link{}, 0, false
	}
	l.metrics.found.Add(1)
	return r.link, max(r.asked, l.notes.confirmed(r.epoch)), true
}

func (l *Larder) onDisk(key link.Key, hash uint64, page int) (record, bool) {
	buffer := l.buffers.Get().(*[pageSize]byte)
	defer l.buffers.Put(buffer)
	if err := l.file.read(page, buffer[:]); err != nil {
		l.metrics.errors.Add(1)
		l.options.Logger.Debug("reading the larder failed", "page", page, "error", err)
		return record{}, false
	}
	records, damaged := scan(buffer[:])
	if damaged {
		l.metrics.damaged.Add(1)
	}
	at, r := find(records, key, hash)
	return r, at >= 0
}
