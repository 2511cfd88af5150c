// Package hist records latencies in an HDR histogram: three significant digits
// from a nanosecond to two minutes, in fixed memory, whatever the number of
// values. Percentiles are therefore those of all values, never of a sample.
package hist
