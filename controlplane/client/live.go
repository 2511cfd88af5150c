package client

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"
)

// LiveClicks is how often a link was clicked up to a moment.
type LiveClicks struct {
	Count   uint64    `json:"count"`
	Pending uint64    `json:"pending"` // known of, and not booked yet
	Bots    uint64    `json:"bots"`
	Minute  time.Time `json:"minute"` // when the minute began that runs
	Lately  uint64    `json:"lately"` // clicks since then
}

// Live gives a link's clicks as they are now and whenever they have changed, until
// ctx ends or the stream does: with an error, or with none if the control plane
// ended it. Whoever calls again, anywhere, misses nothing.
func (c *Client) Live(ctx context.Context, domain, code string) iter.Seq2[*LiveClicks, error] {
	return func(yield func(*LiveClicks, error) bool) {
		response, err := c.send(ctx, http.MethodGet, linkPath(code)+"/live", of(domain), "", nil)
		if err != nil {
			yield(nil, err)
			return
		}
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			clicks := new(LiveClicks)
			if err := json.Unmarshal([]byte(data), clicks); err != nil {
				yield(nil, fmt.Errorf("reading an event: %w", err))
				return
			}
			if !yield(clicks, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(nil, fmt.Errorf("reading events: %w", err))
		}
	}
}
