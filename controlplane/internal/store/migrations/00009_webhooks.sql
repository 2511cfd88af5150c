-- +goose Up
CREATE TABLE IF NOT EXISTS webhooks (
  id TEXT NOT NULL PRIMARY KEY,
  workspace TEXT NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL, -- separated by commas
  secret TEXT NOT NULL, -- in the clear: messages are signed with it
  domain TEXT NOT NULL, -- domain and code name the link of link.clicks
  code TEXT NOT NULL,
  threshold BIGINT NOT NULL, -- clicks that link.clicks waits for; 0: it does not
  reached BOOLEAN NOT NULL,
  after_block BIGINT NOT NULL, -- of the audit chain: changes after it are told
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS webhooks_listing ON webhooks (created_at, id);

CREATE TABLE IF NOT EXISTS webhook_deliveries (
  webhook TEXT NOT NULL,
  id TEXT NOT NULL, -- of the message; rises with time
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL, -- pending, sent or dead
  attempts BIGINT NOT NULL,
  due_at BIGINT NOT NULL, -- when the next attempt may begin
  created_at BIGINT NOT NULL,
  settled_at BIGINT NOT NULL, -- 0: pending
  problem TEXT NOT NULL, -- of the last attempt
  PRIMARY KEY (webhook, id)
);
CREATE INDEX IF NOT EXISTS webhook_deliveries_due ON webhook_deliveries (status, due_at);

CREATE TABLE IF NOT EXISTS webhook_progress (
  name TEXT NOT NULL PRIMARY KEY,
  block BIGINT NOT NULL -- of the audit chain: up to here all messages are made
);

-- +goose Down
DROP TABLE webhook_progress;
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
