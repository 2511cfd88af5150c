package conservation

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/fingerpost/fingerpost/bench/program"
)

// gauges is what the edge says of its clicks since its process began.
type gauges struct {
	lost      uint64 // for want of room
	damaged   uint64
	conflicts uint64
	waiting   uint64 // bytes that are not shipped
}

func (s *system) gauges(ctx context.Context) (g gauges, err error) {
	_, body, err := program.Get(ctx, "http://"+s.edge.Ops+"/metrics")
	if err != nil {
		return g, fmt.Errorf("reading the edge's metrics: %w", err)
	}
	found := 0
	for line := range strings.Lines(string(body)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		to := map[string]*uint64{
			`fingerpost_edge_clicks_lost_total{reason="full"}`:    &g.lost,
			`fingerpost_edge_clicks_lost_total{reason="damaged"}`: &g.damaged,
			`fingerpost_edge_spool_conflicts_total`:               &g.conflicts,
			`fingerpost_edge_spool_bytes`:                         &g.waiting,
		}[name]
		if to == nil {
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return g, fmt.Errorf("reading the edge's metrics: %q: %w", line, err)
		}
		*to = uint64(number)
		found++
	}
	if found != 4 {
		return g, fmt.Errorf("reading the edge's metrics: %d of 4 are there", found)
	}
	return g, nil
}
