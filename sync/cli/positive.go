package cli

import (
	"fmt"
	"time"
)

// NotNegative refuses a flag below 0, and what is no number.
func NotNegative[N int64 | float64](flag string, value N) error {
	if value >= 0 {
		return nil
	}
	return fmt.Errorf("%s must not be less than 0", flag)
}

// Positive refuses a flag of 0 or less. In the Options of a part 0 means the
// default; whoever writes it on a command line means something else.
func Positive[N int | int64 | time.Duration](flag string, value N) error {
	if value > 0 {
		return nil
	}
	return fmt.Errorf("%s must be more than 0", flag)
}
