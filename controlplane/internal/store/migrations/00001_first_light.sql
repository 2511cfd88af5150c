-- +goose Up
-- One file for SQLite, PostgreSQL and CockroachDB: only types and clauses that
-- all three know. Times are Unix milliseconds. IF NOT EXISTS makes a migration
-- that was cut off repeatable where DDL is not transactional.

CREATE TABLE IF NOT EXISTS links (
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  version BIGINT NOT NULL,
  url TEXT NOT NULL,
  status INT NOT NULL, -- 1 active, 2 disabled, 3 blocked, 4 deleted
  redirect INT NOT NULL,
  starts_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  expired_url TEXT NOT NULL,
  forward_query BOOLEAN NOT NULL,
  strict BOOLEAN NOT NULL,
  title TEXT NOT NULL,
  note TEXT NOT NULL,
  tags TEXT NOT NULL, -- a JSON array
  custom BOOLEAN NOT NULL,
  revision BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (domain, code)
);
CREATE INDEX IF NOT EXISTS links_created ON links (created_at, domain, code);
CREATE INDEX IF NOT EXISTS links_owner ON links (created_by, created_at, domain, code);

CREATE TABLE IF NOT EXISTS outbox (
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  claimed_until BIGINT NOT NULL,
  PRIMARY KEY (domain, code, version)
);
CREATE INDEX IF NOT EXISTS outbox_created ON outbox (created_at);

CREATE TABLE IF NOT EXISTS counter_shards (
  length INT NOT NULL,
  shard INT NOT NULL,
  prev BIGINT NOT NULL, -- where the last range started: what RETURNING cannot tell
  next BIGINT NOT NULL,
  PRIMARY KEY (length, shard)
);

CREATE TABLE IF NOT EXISTS range_leases (
  length INT NOT NULL,
  first BIGINT NOT NULL,
  size BIGINT NOT NULL,
  shard INT NOT NULL,
  writer TEXT NOT NULL,
  region TEXT NOT NULL,
  leased_at BIGINT NOT NULL,
  PRIMARY KEY (length, first) -- refuses a range that was leased before, should all else fail
);

CREATE TABLE IF NOT EXISTS click_batches (
  edge TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (edge, epoch, sequence)
);

CREATE TABLE IF NOT EXISTS click_minutes (
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  minute BIGINT NOT NULL, -- Unix minutes
  count BIGINT NOT NULL,
  PRIMARY KEY (domain, code, minute)
);

CREATE TABLE IF NOT EXISTS api_keys (
  id TEXT NOT NULL PRIMARY KEY,
  hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the key
  name TEXT NOT NULL,
  user_id TEXT NOT NULL,
  scopes TEXT NOT NULL, -- separated by spaces
  unlimited BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS domains (
  name TEXT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  record BYTEA NOT NULL -- a wire.Domain
);

CREATE TABLE IF NOT EXISTS settings (
  name TEXT NOT NULL PRIMARY KEY,
  value BYTEA NOT NULL
);

-- +goose Down
DROP TABLE settings;
DROP TABLE domains;
DROP TABLE api_keys;
DROP TABLE click_minutes;
DROP TABLE click_batches;
DROP TABLE range_leases;
DROP TABLE counter_shards;
DROP TABLE outbox;
DROP TABLE links;
