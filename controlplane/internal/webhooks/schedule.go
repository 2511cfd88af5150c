package webhooks

import (
	"math/rand/v2"
	"time"
)

// pauses are what follows on the first, second, … attempt that failed: together
// a day, less half an hour.
func pauses() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, time.Hour,
		2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour,
	}
}

// pause is how long to wait after so many attempts, a tenth more or less, so that
// those who failed together do not come back together; ok is false when it was
// the last.
func pause(attempts int) (wait time.Duration, ok bool) {
	all := pauses()
	if attempts < 1 || attempts > len(all) {
		return 0, false
	}
	base := all[attempts-1]
	return base*9/10 + rand.N(base/5), true
}
