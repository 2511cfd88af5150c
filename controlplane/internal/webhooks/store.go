package webhooks

import (
	"context"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
)

// Store keeps webhooks and their messages. Each method is one transaction.
type Store interface {
	// InsertWebhook adds one, with its entry in the audit. Not to be retried.
	InsertWebhook(ctx context.Context, w Webhook) error
	// DeleteWebhook removes one and its messages; access.ErrNotFound if it is not there.
	DeleteWebhook(ctx context.Context, id string) error
	// Webhook reads one; access.ErrNotFound if it is not there. Safe to retry.
	Webhook(ctx context.Context, id string) (Webhook, error)
	// Webhooks lists up to limit behind after, those of all workspaces if workspace
	// is empty. Safe to retry.
	Webhooks(ctx context.Context, workspace string, after Place, limit int) ([]Webhook, error)

	// AddMessages adds those that are not there yet. Idempotent.
	AddMessages(ctx context.Context, messages []Message) error
	// ClaimMessages takes up to limit pending messages that are due, the oldest
	// first, but no more than each of one webhook and none of those that are busy,
	// counts an attempt of each, and lets nobody else have them for a while.
	ClaimMessages(ctx context.Context, hold time.Duration, limit, each int, busy []string) ([]Claimed, error)
	// SettleMessage stores the outcome of the attempt that was claimed: Status,
	// DueAt, SettledAt and Problem. Idempotent.
	SettleMessage(ctx context.Context, m Message) error
	// Messages lists up to limit of a webhook behind after, the oldest first, those
	// of every status if status is empty. Safe to retry.
	Messages(ctx context.Context, webhook string, status Status, after Place, limit int) ([]Message, error)
	// ResendMessage makes a message pending and due, as if it were new; ErrNotFound
	// if it is not there. Idempotent.
	ResendMessage(ctx context.Context, webhook, id string) error
	// ForgetMessages removes up to limit messages of a status that were settled
	// before a time, in Unix milliseconds, and says how many. Idempotent.
	ForgetMessages(ctx context.Context, status Status, before int64, limit int) (int, error)

	// Progress is up to which block all messages are made. Safe to retry.
	Progress(ctx context.Context) (block int64, err error)
	// SetProgress never goes back. Idempotent.
	SetProgress(ctx context.Context, block int64) error
	// ReachedThresholds lists up to limit webhooks whose link has its clicks, and
	// that were not told so. Safe to retry.
	ReachedThresholds(ctx context.Context, limit int) ([]Reached, error)
	// SettleThreshold notes that the message is made. Idempotent.
	SettleThreshold(ctx context.Context, webhook string) error

	// These are audit.Store's.
	LastBlock(ctx context.Context) (audit.Block, error)
	ReadBlocks(ctx context.Context, after int64, limit int) ([]audit.Block, error)
	BlockEntries(ctx context.Context, block int64, limit int) ([]audit.Entry, error)
}
