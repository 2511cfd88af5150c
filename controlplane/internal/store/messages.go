package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
)

const (
	messageColumns = `webhook, id, event, body, status, attempts, due_at, created_at, settled_at, problem`
	// messageColumnCount is how many they are.
	messageColumnCount = 10
	// messageChunk bounds the messages of one statement.
	messageChunk = 64
)

// AddMessages is webhooks.Store's. Messages of a webhook that was deleted meanwhile
// are removed when they are claimed.
func (s *Store) AddMessages(ctx context.Context, messages []webhooks.Message) error {
	for _, size := range chunks(len(messages), messageChunk) {
		var a args
		for _, m := range messages[:size] {
			a = append(a, m.Webhook, m.ID, m.Event, m.Body, string(m.Status), int64(m.Attempts), m.DueAt, m.CreatedAt, m.SettledAt, m.Problem)
		}
		_, err := s.exec(ctx, `INSERT INTO webhook_deliveries (`+messageColumns+`) VALUES `+
			s.dialect.placeholders(size, messageColumnCount, nil)+` ON CONFLICT (webhook, id) DO NOTHING`, a...)
		if err != nil {
			return fmt.Errorf("adding messages: %w", err)
		}
		messages = messages[size:]
	}
	return nil
}

// claimMessages looks at status and due_at twice: a second claimer that waited for
// the first one's lock sees the row again, but not the subquery. It shares out among
// webhooks what has waited longest: more than 10,000 would take too long to number. What
// waits for those that are busy, whose ids are one text, does not count among them.
func (d dialect) claimMessages() string {
	return `UPDATE webhook_deliveries SET due_at = $2, attempts = attempts + 1, problem = ''
WHERE status = 'pending' AND due_at <= $1 AND (webhook, id) IN (
 SELECT webhook, id FROM (
  SELECT webhook, id, due_at, ROW_NUMBER() OVER (PARTITION BY webhook ORDER BY due_at, id) AS place FROM (
   SELECT webhook, id, due_at FROM webhook_deliveries WHERE status = 'pending' AND due_at <= $1 AND ` + d.position + `(CAST($5 AS TEXT), webhook) = 0 ORDER BY due_at LIMIT 10000) AS due
 ) AS numbered WHERE place <= $4 ORDER BY due_at LIMIT $3)
RETURNING ` + messageColumns
}

// ClaimMessages is webhooks.Store's.
func (s *Store) ClaimMessages(ctx context.Context, hold time.Duration, limit, each int, busy []string) (claimed []webhooks.Claimed, err error) {
	now := s.now()
	err = s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, s.dialect.claimMessages(), now.UnixMilli(), now.Add(hold).UnixMilli(), int64(limit), int64(each), strings.Join(busy, " "))
		if err != nil {
			return err
		}
		messages, err := all(rows, scanMessage)
		if err != nil {
			return err
		}
		claimed, err = s.addressed(ctx, tx, messages)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claiming messages: %w", err)
	}
	return claimed, nil
}

// addressed adds to messages where they go, and removes those of webhooks that
// are gone.
func (s *Store) addressed(ctx context.Context, tx *sql.Tx, messages []webhooks.Message) (claimed []webhooks.Claimed, err error) {
	hooks := make(map[string]*webhooks.Webhook)
	for _, m := range messages {
		hook, known := hooks[m.Webhook]
		if !known {
			w, err := s.scanWebhook(tx.QueryRowContext(ctx, `SELECT `+webhookColumns+` FROM webhooks WHERE id = $1`, m.Webhook))
			switch {
			case err == nil:
				hook = &w
			case !errors.Is(err, access.ErrNotFound):
				return nil, err
			default:
				if _, err := tx.ExecContext(ctx, `DELETE FROM webhook_deliveries WHERE webhook = $1`, m.Webhook); err != nil {
					return nil, err
				}
			}
			hooks[m.Webhook] = hook
		}
		if hook != nil {
			claimed = append(claimed, webhooks.Claimed{Message: m, URL: hook.URL, Secret: hook.Secret})
		}
	}
	return claimed, nil
}

// SettleMessage is webhooks.Store's. An attempt that was overtaken, because its
// claim had run out, changes nothing.
func (s *Store) SettleMessage(ctx context.Context, m webhooks.Message) error {
	_, err := s.exec(ctx, `UPDATE webhook_deliveries SET status = $3, due_at = $4, settled_at = $5, problem = $6
WHERE webhook = $1 AND id = $2 AND attempts = $7 AND status = 'pending'`,
		m.Webhook, m.ID, string(m.Status), m.DueAt, m.SettledAt, m.Problem, int64(m.Attempts))
	if err != nil {
		return fmt.Errorf("settling message: %w", err)
	}
	return nil
}

// Messages is webhooks.Store's.
func (s *Store) Messages(ctx context.Context, webhook string, status webhooks.Status, after webhooks.Place, limit int) ([]webhooks.Message, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+messageColumns+` FROM webhook_deliveries
WHERE webhook = $1 AND ($2 = '' OR status = $2) AND (created_at, id) > ($3, $4) ORDER BY created_at, id LIMIT $5`,
		webhook, string(status), after.At, after.ID, int64(limit))
	if err != nil {
		return nil, fmt.Errorf("listing messages: %w", err)
	}
	found, err := all(rows, scanMessage)
	if err != nil {
		return nil, fmt.Errorf("listing messages: %w", err)
	}
	return found, nil
}

// ResendMessage is webhooks.Store's.
func (s *Store) ResendMessage(ctx context.Context, webhook, id string) error {
	err := s.inChange(ctx, "message "+id, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE webhook_deliveries SET status = 'pending', attempts = 0, due_at = $3, settled_at = 0, problem = ''
WHERE webhook = $1 AND id = $2`, webhook, id, s.now().UnixMilli())
		return wrote(result, err, access.ErrNotFound)
	})
	if err != nil {
		return fmt.Errorf("sending message again: %w", err)
	}
	return nil
}

// ForgetMessages is webhooks.Store's.
func (s *Store) ForgetMessages(ctx context.Context, status webhooks.Status, before int64, limit int) (int, error) {
	n, err := s.exec(ctx, `DELETE FROM webhook_deliveries WHERE (webhook, id) IN (
 SELECT webhook, id FROM webhook_deliveries WHERE status = $1 AND settled_at > 0 AND settled_at < $2 LIMIT $3)`, string(status), before, int64(limit))
	if err != nil {
		return 0, fmt.Errorf("forgetting messages: %w", err)
	}
	return int(n), nil
}

func scanMessage(row scanner) (m webhooks.Message, err error) {
	var status string
	err = row.Scan(&m.Webhook, &m.ID, &m.Event, &m.Body, &status, &m.Attempts, &m.DueAt, &m.CreatedAt, &m.SettledAt, &m.Problem)
	m.Status = webhooks.Status(status)
	return m, err
}
