package loop

import "time"

// breath is longer than it takes to look for timers that are due, which comes first.
const breath = 50 * time.Microsecond

// Yield lets loops serve what has arrived meanwhile. Whatever computes for more than
// a millisecond calls it in between. runtime.Gosched would not do: on one processor, the
// runtime looks at the network only when nobody else wants to run, or every 10 ms.
func Yield() { time.Sleep(breath) }
