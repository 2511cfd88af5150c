package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
)

// maxBuckets bounds an answer: a week of minutes, a year of hours.
const maxBuckets = 10_080

type statsRequest struct {
	LinkAddress
	From   time.Time `query:"from" doc:"Start, rounded down to a bucket; without it, the link's creation."`
	To     time.Time `query:"to" doc:"End, not included, rounded up to a bucket; without it, now."`
	Bucket string    `query:"bucket" enum:"minute,hour,day" default:"day" doc:"Size of the items; hours and days are UTC's."`
}

type statsAnswer struct {
	Body struct {
		Domain string        `json:"domain"`
		Code   string        `json:"code"`
		From   time.Time     `json:"from"`
		To     time.Time     `json:"to"`
		Bucket string        `json:"bucket" enum:"minute,hour,day"`
		Total  uint64        `json:"total" doc:"Clicks from from until to: the sum of the items."`
		Items  []clickBucket `json:"items" nullable:"false" doc:"The buckets that have clicks, oldest first."`
	}
}

type clickBucket struct {
	Start time.Time `json:"start"`
	Count uint64    `json:"count"`
}

func (a *api) registerStats() {
	handle(a, access.ReadStats, huma.Operation{
		OperationID: "read-url-stats", Method: http.MethodGet, Path: "/api/v1/urls/{code}/stats",
		Summary: "Count a link's clicks", Tags: []string{"stats"},
		Description: "Clicks that were booked, by the time at which an edge answered them. Without parameters, all clicks by day.",
	}, a.stats)
}

func (a *api) stats(ctx context.Context, key access.Key, in *statsRequest) (*statsAnswer, error) {
	at, err := a.Links.Key(in.Domain, in.Code)
	if err != nil {
		return nil, err
	}
	found, err := a.Links.Read(ctx, caller(key), at)
	if err != nil {
		return nil, err
	}
	size := bucketSize(in.Bucket)
	from, to := in.span(found, size, a.Links.Now())
	switch {
	case !from.Before(to):
		return nil, links.Refuse("to", links.Conflict, "must be later than from")
	case to.Sub(from)/size > maxBuckets:
		return nil, links.Refuse("bucket", links.TooMany, "is too small for so long a time; take a larger one")
	}
	buckets, err := a.Stats.ClickBuckets(ctx, at, minutes(from), minutes(to), int64(size/time.Minute))
	if err != nil {
		return nil, unanswered("reading clicks", err)
	}
	answer := new(statsAnswer)
	b := &answer.Body
	b.Domain, b.Code, b.From, b.To, b.Bucket = at.Domain, at.Code, from, to, in.Bucket
	b.Items, b.Total = show(buckets)
	return answer, nil
}

// span is the time that is asked for, in whole buckets.
func (in *statsRequest) span(l *links.Link, size time.Duration, now time.Time) (from, to time.Time) {
	from, to = in.From, in.To
	if from.IsZero() {
		from = time.UnixMilli(l.CreatedAt)
	}
	if to.IsZero() {
		to = now
	}
	from, to = from.UTC().Truncate(size), to.UTC()
	if end := to.Truncate(size); end.Before(to) {
		return from, end.Add(size)
	}
	return from, to
}

func show(buckets []stats.Bucket) (items []clickBucket, total uint64) {
	items = make([]clickBucket, len(buckets))
	for i, b := range buckets {
		items[i] = clickBucket{Start: time.Unix(b.Start*60, 0).UTC(), Count: b.Count}
		total += b.Count
	}
	return items, total
}

func bucketSize(name string) time.Duration {
	switch name {
	case "minute":
		return time.Minute
	case "hour":
		return time.Hour
	}
	return 24 * time.Hour
}

func minutes(t time.Time) int64 { return t.Unix() / 60 }
