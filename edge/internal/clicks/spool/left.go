package spool

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// leftEpoch is one that an earlier process left in its folder.
func leftEpoch(number uint64, dir string) (*epoch, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading an epoch's folder: %w", err)
	}
	e := &epoch{number: number, dir: dir, ended: true}
	for _, entry := range entries {
		ring, segment, ok := parseName(entry.Name())
		if !ok {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return nil, fmt.Errorf("reading an epoch's folder: %w", err)
		}
		e.found(ring, segment, int(info.Size()))
	}
	for _, segments := range e.segments {
		slices.SortFunc(segments, func(a, b *segment) int { return cmp.Compare(a.number, b.number) })
	}
	return e, nil
}

// found adds a segment of which no more is known than that it is there. Where its
// records end, a reader finds out.
func (e *epoch) found(ring int, number uint32, size int) {
	for len(e.segments) <= ring {
		e.segments = append(e.segments, nil)
	}
	e.segments[ring] = append(e.segments[ring], &segment{
		number: number, size: size, ring: new(sync.Mutex), end: uint32(size), full: true,
	})
}

// nameOf is the name of a segment's file.
func nameOf(ring int, number uint32) string { return fmt.Sprintf("%d-%d", ring, number) }

func parseName(name string) (ring int, number uint32, ok bool) {
	left, right, _ := strings.Cut(name, "-")
	r, errRing := strconv.ParseUint(left, 10, 8)
	n, errNumber := strconv.ParseUint(right, 10, 32)
	return int(r), uint32(n), errRing == nil && errNumber == nil && r < maxRings && name == nameOf(int(r), uint32(n))
}
