-- +goose Up
-- What links are found by, and what they were. Only additions: the build before
-- this one goes on writing beside it.

-- Who made a link's newest version; empty on links that an older build wrote last.
ALTER TABLE links ADD COLUMN /* if it is new */ updated_by TEXT NOT NULL DEFAULT '';

-- Every way to a link but its key: words of its texts, "#" and a tag, "=" and
-- its target's fingerprint, "~" and what its alias looks like. One table, so
-- that a link is indexed in one statement.
CREATE TABLE IF NOT EXISTS link_terms (
  term BYTEA NOT NULL, -- UTF-8; as bytes, so that every database orders it alike, and the words with one start stand together
  created_at BIGINT NOT NULL, -- the link's, so that one term's links come in order
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (term, created_at, domain, code)
) /* clustered */;

-- Versions that are no more: each change puts the version that it ends here, so
-- that a link which never changes costs nothing.
CREATE TABLE IF NOT EXISTS link_versions (
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  record TEXT NOT NULL, -- JSON
  PRIMARY KEY (domain, code, version)
) /* clustered */;

-- Locks of those who create a link unless its target has one. A row lives as
-- long as the transaction that inserts it.
CREATE TABLE IF NOT EXISTS target_claims (
  fingerprint TEXT NOT NULL,
  domain TEXT NOT NULL,
  owner TEXT NOT NULL,
  PRIMARY KEY (fingerprint, domain, owner)
);

CREATE INDEX IF NOT EXISTS links_domain ON links (domain, created_at, code);
-- Few links are anything but active, and those are looked for.
CREATE INDEX IF NOT EXISTS links_status ON links (status, created_at, domain, code) WHERE status <> 1;

-- +goose Down
DROP INDEX links_status;
DROP INDEX links_domain;
DROP TABLE target_claims;
DROP TABLE link_versions;
DROP TABLE link_terms;
ALTER TABLE links DROP COLUMN updated_by;
