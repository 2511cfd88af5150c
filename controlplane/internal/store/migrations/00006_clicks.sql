-- +goose Up
-- Clicks by minute, hour and day, each kept for its time, and in total. Only
-- additions: the build before this one goes on booking minutes meanwhile, and
-- knows nothing of the rest. What is there and what it adds is rolled up later,
-- by the build that finds it.

ALTER TABLE click_minutes ADD COLUMN /* if it is new */ bots BIGINT NOT NULL DEFAULT 0;
ALTER TABLE click_minutes ADD COLUMN /* if it is new */ rolled BIGINT NOT NULL DEFAULT 0; -- how many of count are in hours, days and totals
ALTER TABLE click_batches ADD COLUMN /* if it is new */ digest BIGINT; -- NULL: booked by the build before, perhaps not rolled up

CREATE TABLE IF NOT EXISTS click_hours (
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  hour BIGINT NOT NULL, -- Unix seconds / 3,600
  count BIGINT NOT NULL,
  bots BIGINT NOT NULL,
  detail BYTEA NOT NULL, -- a wire.Parts; two, one behind the other, are one
  packed BIGINT NOT NULL, -- the length of detail when it was last added up
  PRIMARY KEY (domain, code, hour)
);
CREATE INDEX IF NOT EXISTS click_hours_age ON click_hours (domain, hour);

CREATE TABLE IF NOT EXISTS click_days (
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  day BIGINT NOT NULL, -- Unix seconds / 86,400
  count BIGINT NOT NULL,
  bots BIGINT NOT NULL,
  detail BYTEA NOT NULL,
  packed BIGINT NOT NULL,
  sketch BYTEA, -- of visitors that are in detail no more; apart, because it is large and seldom changes
  PRIMARY KEY (domain, code, day)
);
CREATE INDEX IF NOT EXISTS click_days_age ON click_days (domain, day);

-- A detail is rewritten with each booking: to compress it every time, as PostgreSQL
-- does with long values, costs three times what it saves.
-- PostgreSQL: ALTER TABLE click_hours ALTER COLUMN detail SET STORAGE EXTERNAL;
-- PostgreSQL: ALTER TABLE click_days ALTER COLUMN detail SET STORAGE EXTERNAL;
-- PostgreSQL: ALTER TABLE click_days ALTER COLUMN sketch SET STORAGE EXTERNAL;

CREATE TABLE IF NOT EXISTS click_totals (
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  count BIGINT NOT NULL,
  bots BIGINT NOT NULL,
  PRIMARY KEY (domain, code)
) /* clustered */;

-- What is known of an epoch's batches beside their rows in click_batches.
CREATE TABLE IF NOT EXISTS click_epochs (
  edge TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  floor BIGINT NOT NULL, -- every sequence up to this one is booked
  closed BIGINT NOT NULL, -- the last sequence; 0: not known yet
  PRIMARY KEY (edge, epoch)
) /* clustered */;

-- Times are Unix milliseconds.
CREATE TABLE IF NOT EXISTS click_edges (
  edge TEXT NOT NULL PRIMARY KEY,
  boot BIGINT NOT NULL, -- epoch of the newest process
  boot_at BIGINT NOT NULL, -- when it was first heard of
  watermark BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  conflict_at BIGINT NOT NULL -- when two processes were last found to ship under this name; 0: never
);

CREATE TABLE IF NOT EXISTS visitor_salts (
  day BIGINT NOT NULL PRIMARY KEY, -- Unix seconds / 86,400
  salt BYTEA NOT NULL
);

-- +goose Down
DROP TABLE visitor_salts;
DROP TABLE click_edges;
DROP TABLE click_epochs;
DROP TABLE click_totals;
DROP TABLE click_days;
DROP TABLE click_hours;
ALTER TABLE click_batches DROP COLUMN digest;
ALTER TABLE click_minutes DROP COLUMN rolled;
ALTER TABLE click_minutes DROP COLUMN bots;
