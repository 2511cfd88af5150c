package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
)

// rebuild makes the answer to a request whose process died after the commit,
// from what the commit names. What cannot be made again, above all a key that is
// shown once, is said to be done.
func (a *api) rebuild(ctx context.Context, key access.Key, subject string) (*idempotency.Answer, error) {
	kind, name, _ := strings.Cut(subject, " ")
	if kind == "link" {
		return a.rebuildLink(ctx, key, name)
	}
	p := newProblem(http.StatusConflict, "answer_lost",
		fmt.Sprintf("the request was carried out (%s), but its answer was lost", subject))
	return answerOf(p.Status, http.Header{"Content-Type": {problemType}}, p)
}

func (a *api) rebuildLink(ctx context.Context, key access.Key, name string) (*idempotency.Answer, error) {
	domain, code, _ := strings.Cut(name, "/")
	at, err := a.Links.Key(domain, code)
	if err != nil {
		return nil, err
	}
	found, err := a.Links.Read(ctx, caller(key), at)
	if err != nil {
		return nil, err
	}
	return answerOf(http.StatusCreated, http.Header{
		"Content-Type": {"application/json"}, "Etag": {etag(found.Version)}, "Location": {locationOf(found)},
	}, a.show(found, stats.Counted{}))
}

func answerOf(status int, header http.Header, body any) (*idempotency.Answer, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // as huma writes
	if err := encoder.Encode(body); err != nil {
		return nil, fmt.Errorf("writing answer: %w", err)
	}
	return &idempotency.Answer{Status: status, Header: header, Body: text.Bytes()}, nil
}
