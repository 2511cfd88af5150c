package workload

import (
	"errors"
	"math/bits"
)

// Sampler draws link indices in proportion to their weights in constant time,
// by Walker's alias method with the tables of Vose ("A linear algorithm for
// generating random numbers with a given distribution", 1991). It is read-only
// once made, so any number of workers may share it.
type Sampler struct {
	seed  uint64
	keep  []uint64 // the chance of keeping column i, as a fraction of 2^64
	alias []uint32 // who is drawn when it is not kept
}

// NewSampler makes a sampler of n links. Link i weighs counts[i]; links beyond
// the counts weigh as much as the last of them.
func NewSampler(counts []uint64, n int, seed uint64) (*Sampler, error) {
	if n < 1 || len(counts) == 0 {
		return nil, errors.New("sampler needs at least one link and one count")
	}
	weights, total := make([]float64, n), 0.0
	for i := range weights {
		weights[i] = float64(counts[min(i, len(counts)-1)])
		total += weights[i]
	}
	if total == 0 {
		return nil, errors.New("all popularity counts are zero")
	}
	s := &Sampler{seed: mix(seed), keep: make([]uint64, n), alias: make([]uint32, n)}
	s.fill(weights, total/float64(n))
	return s, nil
}

// fill pairs each column lighter than the mean with a heavier one, which gives
// it the rest.
func (s *Sampler) fill(weights []float64, mean float64) {
	var light, heavy []uint32
	for i, w := range weights {
		s.keep[i], s.alias[i] = ^uint64(0), uint32(i)
		if w < mean {
			light = append(light, uint32(i))
		} else {
			heavy = append(heavy, uint32(i))
		}
	}
	for len(light) > 0 && len(heavy) > 0 {
		l, h := light[len(light)-1], heavy[len(heavy)-1]
		light = light[:len(light)-1]
		s.keep[l], s.alias[l] = uint64(weights[l]/mean*(1<<63))<<1, h
		weights[h] -= mean - weights[l]
		if weights[h] < mean {
			heavy = heavy[:len(heavy)-1]
			light = append(light, h)
		}
	}
}

// Len is the number of links.
func (s *Sampler) Len() int { return len(s.keep) }

// Draw is the link that request n asks for. It depends on the seed and n only,
// not on who draws or in which order. Hot path: 0 allocs.
func (s *Sampler) Draw(n uint64) int {
	column, _ := bits.Mul64(mix(s.seed+2*n), uint64(len(s.keep)))
	if mix(s.seed+2*n+1) < s.keep[column] {
		return int(column)
	}
	return int(s.alias[column])
}

// mix is the output function of SplitMix64 (Steele, Lea and Flood, 2014) with
// its increment: consecutive arguments give independent-looking numbers.
func mix(x uint64) uint64 {
	x *= 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
