package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
)

var _ webhooks.Store = (*Store)(nil)

const webhookColumns = `id, workspace, url, events, secret, sealed_by, domain, code, threshold, reached, after_block, created_at`

// InsertWebhook is webhooks.Store's.
func (s *Store) InsertWebhook(ctx context.Context, w webhooks.Webhook) error {
	err := s.inChange(ctx, "webhook "+w.ID, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO webhooks (`+webhookColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			w.ID, w.Workspace, w.URL, strings.Join(w.Events, ","), s.sealText(webhookPlace(w.ID), w.Secret), s.box.ID(), w.Link.Domain, w.Link.Code, int64(w.Threshold), w.Reached, w.AfterBlock, w.CreatedAt)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, webhookChange("webhook.create", nil, &w))
	})
	if err != nil {
		return fmt.Errorf("inserting webhook: %w", err)
	}
	return nil
}

// DeleteWebhook is webhooks.Store's.
func (s *Store) DeleteWebhook(ctx context.Context, id string) error {
	err := s.inChange(ctx, "webhook "+id, func(ctx context.Context, tx *sql.Tx) error {
		w, err := scanSealed(tx.QueryRowContext(ctx, `SELECT `+webhookColumns+` FROM webhooks WHERE id = $1`+s.dialect.forUpdate, id))
		if err != nil {
			return err
		}
		for _, table := range []string{"webhooks WHERE id", "webhook_deliveries WHERE webhook"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` = $1`, id); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, webhookChange("webhook.delete", &w.Webhook, nil))
	})
	if err != nil {
		return fmt.Errorf("deleting webhook: %w", err)
	}
	return nil
}

// webhookRecord is a webhook in the audit: without its secret.
type webhookRecord struct {
	URL       string   `json:"url"`
	Events    []string `json:"events"`
	Link      string   `json:"link,omitempty"`
	Threshold uint64   `json:"threshold,omitempty"`
}

func webhookChange(action string, before, after *webhooks.Webhook) audit.Change {
	c := audit.Change{Action: action}
	for _, side := range []struct {
		w    *webhooks.Webhook
		into *any
	}{{before, &c.Before}, {after, &c.After}} {
		if side.w == nil {
			continue
		}
		c.Workspace, c.Subject = side.w.Workspace, "webhook "+side.w.ID
		record := webhookRecord{URL: side.w.URL, Events: side.w.Events, Threshold: side.w.Threshold}
		if side.w.Threshold > 0 {
			record.Link = side.w.Link.String()
		}
		*side.into = record
	}
	return c
}

// Webhook is webhooks.Store's.
func (s *Store) Webhook(ctx context.Context, id string) (webhooks.Webhook, error) {
	w, err := s.scanWebhook(s.read.QueryRowContext(ctx, `SELECT `+webhookColumns+` FROM webhooks WHERE id = $1`, id))
	if err != nil {
		return webhooks.Webhook{}, fmt.Errorf("reading webhook: %w", err)
	}
	return w, nil
}

// Webhooks is webhooks.Store's.
func (s *Store) Webhooks(ctx context.Context, workspace string, after webhooks.Place, limit int) ([]webhooks.Webhook, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+webhookColumns+` FROM webhooks
WHERE ($1 = '' OR workspace = $1) AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`, workspace, after.At, after.ID, int64(limit))
	if err != nil {
		return nil, fmt.Errorf("listing webhooks: %w", err)
	}
	found, err := all(rows, s.scanWebhook)
	if err != nil {
		return nil, fmt.Errorf("listing webhooks: %w", err)
	}
	return found, nil
}

// sealedWebhook is a webhook with its secret as it is stored.
type sealedWebhook struct {
	webhooks.Webhook
	by string
}

func webhookPlace(id string) string { return "webhooks " + id }

func (s *Store) scanWebhook(row scanner) (webhooks.Webhook, error) {
	w, err := scanSealed(row)
	if err == nil {
		w.Secret, err = s.openText(webhookPlace(w.ID), w.Secret, w.by)
	}
	return w.Webhook, err
}

func scanSealed(row scanner) (w sealedWebhook, err error) {
	var events string
	err = row.Scan(&w.ID, &w.Workspace, &w.URL, &events, &w.Secret, &w.by, &w.Link.Domain, &w.Link.Code, &w.Threshold, &w.Reached, &w.AfterBlock, &w.CreatedAt)
	w.Events = strings.Split(events, ",")
	if errors.Is(err, sql.ErrNoRows) {
		err = access.ErrNotFound
	}
	return w, err
}

// reachedThresholds reads the webhooks that wait, of which there are few, and
// then their links' totals by key.
const reachedThresholds = `SELECT w.id, w.workspace, w.url, w.events, w.secret, w.sealed_by, w.domain, w.code, w.threshold, w.reached, w.after_block, w.created_at, t.count
FROM webhooks w JOIN click_totals t ON t.domain = w.domain AND t.code = w.code
JOIN links l ON l.domain = w.domain AND l.code = w.code AND l.workspace = w.workspace
WHERE w.threshold > 0 AND NOT w.reached AND t.count >= w.threshold ORDER BY w.id LIMIT $1`

// ReachedThresholds is webhooks.Store's.
func (s *Store) ReachedThresholds(ctx context.Context, limit int) ([]webhooks.Reached, error) {
	rows, err := s.read.QueryContext(ctx, reachedThresholds, int64(limit))
	if err != nil {
		return nil, fmt.Errorf("looking for thresholds: %w", err)
	}
	found, err := all(rows, func(row scanner) (r webhooks.Reached, err error) {
		r.Webhook, err = s.scanWebhook(scanWith{row, &r.Clicks})
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for thresholds: %w", err)
	}
	return found, nil
}

// scanWith scans one more column, the last.
type scanWith struct {
	scanner
	last any
}

func (s scanWith) Scan(into ...any) error { return s.scanner.Scan(append(into, s.last)...) }

// SettleThreshold is webhooks.Store's.
func (s *Store) SettleThreshold(ctx context.Context, id string) error {
	if _, err := s.exec(ctx, `UPDATE webhooks SET reached = TRUE WHERE id = $1`, id); err != nil {
		return fmt.Errorf("settling threshold: %w", err)
	}
	return nil
}

// webhookReader is the name of what reads the audit chain for webhooks.
const webhookReader = "messages"

// Progress is webhooks.Store's.
func (s *Store) Progress(ctx context.Context) (block int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT block FROM webhook_progress WHERE name = $1`, webhookReader).Scan(&block)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("reading webhooks' progress: %w", err)
	}
	return block, nil
}

// SetProgress is webhooks.Store's.
func (s *Store) SetProgress(ctx context.Context, block int64) error {
	_, err := s.exec(ctx, `INSERT INTO webhook_progress (name, block) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET block = excluded.block WHERE webhook_progress.block < excluded.block`, webhookReader, block)
	if err != nil {
		return fmt.Errorf("noting webhooks' progress: %w", err)
	}
	return nil
}
