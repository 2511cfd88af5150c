package outbox

// Queued is how many records wait for the next batch.
func Queued(o *Outbox) int {
	o.batcher.mu.Lock()
	defer o.batcher.mu.Unlock()
	return len(o.batcher.queue)
}

// QueueLimit is the most that Queued gives.
const QueueLimit = queueLimit
