//go:build !linux

package larder

// next is where a walk goes on where holes cannot be told from zeros.
func (f *file) next(number int) int { return number }
