// Package visitors estimates how many people there were: the sketch that edges,
// store and statistics have in common. It alone knows how one is encoded.
//
// Edges send the registers that a visitor touches. Registers and sketches may be
// added in any order and any number of times: the estimate is that of all of
// them, each visitor once. Up to some ten thousand visitors it is nearly exact;
// beyond, its standard error is 0.4 %.
package visitors
