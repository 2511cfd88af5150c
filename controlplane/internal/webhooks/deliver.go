package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// readAhead is how much of an answer is read, so that the connection serves again.
const readAhead = 4 << 10

// errGone: the target says that it will never take anything again.
var errGone = errors.New("410 Gone")

// attempt sends a message once and stores the outcome.
func (h *Webhooks) attempt(ctx context.Context, c *Claimed) error {
	err := h.send(ctx, c)
	if err != nil && ctx.Err() != nil {
		return nil // cut off by our own end: it stays claimed for a while
	}
	m := c.Message
	now := h.options.Now().UnixMilli()
	wait, again := pause(m.Attempts)
	switch {
	case err == nil:
		m.Status, m.SettledAt, m.Problem = Sent, now, ""
		h.metrics.sent.Inc()
	case again && !errors.Is(err, errGone):
		m.DueAt, m.Problem = now+wait.Milliseconds(), err.Error()
		h.metrics.failed.Inc()
	default:
		m.Status, m.SettledAt, m.Problem = Dead, now, err.Error()
		h.metrics.dead.Inc()
	}
	return h.options.Store.SettleMessage(ctx, m)
}

func (h *Webhooks) send(ctx context.Context, c *Claimed) error {
	at := h.options.Now().Unix()
	signature, err := sign(c.Secret, c.ID, at, c.Body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, strings.NewReader(c.Body))
	if err != nil {
		return plain(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Fingerpost-Webhooks/1")
	request.Header.Set("webhook-id", c.ID)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(at, 10))
	request.Header.Set("webhook-signature", signature)
	answer, err := h.client.Do(request)
	if err != nil {
		return plain(err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, readAhead)
	switch {
	case answer.StatusCode/100 == 2:
		return nil
	case answer.StatusCode == http.StatusGone:
		return errGone
	}
	return fmt.Errorf("answered %d", answer.StatusCode)
}

// plain is an error without the target's URL, which may hold a password.
func plain(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
