-- +goose Up
-- Everything here has a default, so that the build before goes on writing
-- meanwhile. What it writes, and what was there, belongs to the workspace 'default'.

CREATE TABLE IF NOT EXISTS workspaces (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
INSERT INTO workspaces (id, name, created_at) VALUES ('default', 'Default', 0) ON CONFLICT (id) DO NOTHING;

CREATE TABLE IF NOT EXISTS users (
  id TEXT NOT NULL PRIMARY KEY,
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE, -- lower case
  role TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT NOT NULL -- 0: not
);
CREATE INDEX IF NOT EXISTS users_listing ON users (created_at, id);

ALTER TABLE links ADD COLUMN /* if it is new */ workspace TEXT NOT NULL DEFAULT 'default';
ALTER TABLE api_keys ADD COLUMN /* if it is new */ workspace TEXT NOT NULL DEFAULT 'default';
ALTER TABLE api_keys ADD COLUMN /* if it is new */ rate_limit BIGINT NOT NULL DEFAULT 0; -- requests a second; 0: the default
ALTER TABLE api_keys ADD COLUMN /* if it is new */ last_used_at BIGINT NOT NULL DEFAULT 0;

CREATE TABLE IF NOT EXISTS idempotency_keys (
  key_id TEXT NOT NULL, -- the API key's
  name BYTEA NOT NULL, -- SHA-256 of what the client sent
  fingerprint BYTEA NOT NULL, -- of the request
  token TEXT NOT NULL, -- the attempt that took it
  subject TEXT NOT NULL, -- what was made
  created_at BIGINT NOT NULL,
  final BOOLEAN NOT NULL, -- answer is what everybody gets
  answer BYTEA NOT NULL, -- sealed under the API key
  PRIMARY KEY (key_id, name)
);
CREATE INDEX IF NOT EXISTS idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE IF NOT EXISTS audit_entries (
  id TEXT NOT NULL PRIMARY KEY, -- rises with time
  block BIGINT NOT NULL, -- 0: not sealed yet
  at BIGINT NOT NULL,
  key_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  workspace TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  version BIGINT NOT NULL, -- the subject's, after the change
  before TEXT NOT NULL, -- JSON, or nothing
  after TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_entries_block ON audit_entries (block, id);
CREATE INDEX IF NOT EXISTS audit_entries_subject ON audit_entries (subject, id);

CREATE TABLE IF NOT EXISTS audit_blocks (
  block BIGINT NOT NULL PRIMARY KEY,
  entries BIGINT NOT NULL,
  previous BYTEA NOT NULL, -- the hash of the block before
  hash BYTEA NOT NULL,
  sealed_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE audit_blocks;
DROP TABLE audit_entries;
DROP TABLE idempotency_keys;
ALTER TABLE api_keys DROP COLUMN last_used_at;
ALTER TABLE api_keys DROP COLUMN rate_limit;
ALTER TABLE api_keys DROP COLUMN workspace;
ALTER TABLE links DROP COLUMN workspace;
DROP TABLE users;
DROP TABLE workspaces;
