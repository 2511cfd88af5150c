// Package promise holds tests to promised spans of time where that can be done fairly.
//
// A machine that runs all tests at once, or whose disk stands still for some seconds, says
// nothing about a program's speed: there a promised span is a patient one. On a quiet
// machine, FINGERPOST_JUDGE=1 makes spans what was promised; make bench sets it.
package promise

import (
	"os"
	"time"
)

// patience is longer than machines are seen to halt.
const patience = time.Minute

// Judged tells whether times are judged.
func Judged() bool { return os.Getenv("FINGERPOST_JUDGE") != "" }

// Within is how long to wait for what is promised within span.
func Within(span time.Duration) time.Duration {
	if Judged() {
		return span
	}
	return max(span, patience)
}
