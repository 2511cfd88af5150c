// Package codes turns numbers into short codes and back: a permutation of
// [0, 62^L) under a secret key, written in base 62 with L digits.
//
// It promises that different numbers give different codes, because a
// permutation cannot do otherwise, and that without the key a code says nothing
// about its neighbours: consecutive numbers, which is what a leased range hands
// out, give codes without a visible order, and guessing hits existing codes no
// oftener than their density in the space.
//
// The permutation is a Feistel network over the two halves of the number's
// digits, u = ⌊L/2⌋ digits and v = L-u: ten rounds, each adding a pseudo-random
// function of one half to the other, modulo that half's own size, alternately.
// That is the structure of FF1 (NIST SP 800-38G, algorithm 7, ten rounds of AES
// over unequal halves); it is not FF1 and claims no conformance: the round
// function is one AES block over (length, round, half), without a tweak.
//
// A balanced network over a power of two, with cycle walking back into [0,
// 62^L), would do as well; halves of digits need no walking, so every code costs
// the same ten AES blocks, for any length.
//
// The key and this algorithm are for ever: a change of either would give codes
// again that were given before. Golden vectors in the tests hold it still.
package codes
