package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/live"
)

const (
	// remark is how often a stream says something at least, so that nothing on its
	// way takes it for dead.
	remark = 15 * time.Second
	// recheck is how often a stream's key is looked at again: with what an answer
	// about a key is remembered, a revoked one ends within a second.
	recheck = 400 * time.Millisecond
	// streamType is that of server-sent events.
	streamType = "text/event-stream"
)

// LiveClicks is the data of an event: how often a link was clicked up to now.
type LiveClicks struct {
	Count   uint64    `json:"count" doc:"All clicks that are booked." example:"1042"`
	Pending uint64    `json:"pending" doc:"Clicks that are known of and not booked yet." example:"0"`
	Bots    uint64    `json:"bots" doc:"Those of count that programs made." example:"17"`
	Minute  time.Time `json:"minute" doc:"When the minute began that runs."`
	Lately  uint64    `json:"lately" doc:"Clicks since then." example:"3"`
}

func (a *api) registerLive() {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[LiveClicks](), true, "LiveClicks")
	handle(a, access.ReadStats, huma.Operation{
		OperationID: "watch-url", Method: http.MethodGet, Path: "/api/v1/urls/{code}/live",
		Summary: "Watch a link's clicks", Tags: []string{"stats"},
		Description: "Server-sent events named clicks, whose data is the state at that moment: at first at once, and then whenever it has changed, at most once a second. " +
			"Nothing is lost on the way: who reconnects, to any control plane, is told the state. 100 streams of one API key are allowed; a stream ends when its key does.",
		Responses: map[string]*huma.Response{"200": {Description: "A stream; its events' data is this.",
			Content: map[string]*huma.MediaType{streamType: {Schema: schema}}}},
	}, a.watch)
}

func (a *api) watch(ctx context.Context, key access.Key, in *LinkAddress) (*huma.StreamResponse, error) {
	found, err := a.found(ctx, key, in)
	if err != nil {
		return nil, err
	}
	watch, err := a.Live.Watch(found.Key, key.ID)
	if err != nil {
		return nil, toldOfLive(err)
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer watch.Close()
		ctx.SetHeader("Content-Type", streamType)
		ctx.SetHeader("X-Accel-Buffering", "no") // nginx would keep events until there are many
		s := newStream(ctx)
		for err := s.say("retry: 1000"); err == nil && a.mayGoOn(ctx); {
			err = tell(ctx.Context(), watch, s)
		}
	}}, nil
}

// mayGoOn says whether the key that opened a stream is still good for it. A
// database that does not answer has nothing to tell either.
func (a *api) mayGoOn(ctx huma.Context) bool {
	key, err := a.key(ctx)
	return err == nil && key.Allows(access.ReadStats) || err != nil && !errors.Is(err, access.ErrDenied)
}

// tell sends what is new, or waits a moment for it. An error ends the stream.
func tell(ctx context.Context, watch *live.Watch, s *stream) error {
	bounded, cancel := context.WithTimeout(ctx, recheck)
	defer cancel()
	state, err := watch.Next(bounded)
	switch {
	case err == nil:
		return s.event("clicks", LiveClicks{
			Count: state.Count, Pending: state.Pending, Bots: state.Bots, Minute: minuteOf(state.Minute), Lately: state.Lately.Count,
		})
	case ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded):
		return err
	case time.Since(s.said) >= remark:
		return s.say(":")
	}
	return nil
}

// toldOfLive is told for why there is no watch.
func toldOfLive(err error) error {
	if errors.Is(err, live.ErrTooMany) {
		return newProblem(http.StatusTooManyRequests, "too_many_streams", "this API key has as many streams open as it may").with("Retry-After", retryAfter)
	}
	return newProblem(http.StatusServiceUnavailable, "overloaded", err.Error()+"; try again in a moment").with("Retry-After", retryAfter)
}
