-- +goose Up
-- Links that one transaction created, and the feed may not hold yet: one row for all
-- of them, where the outbox takes one for each. The build before neither writes nor
-- reads it: what stands here waits for a replica of this build.
CREATE TABLE IF NOT EXISTS outbox_blocks (
  id TEXT NOT NULL PRIMARY KEY, -- random
  links TEXT NOT NULL, -- domain/code of each, with spaces between
  size BIGINT NOT NULL, -- how many they are
  created_at BIGINT NOT NULL,
  claimed_until BIGINT NOT NULL
);

-- +goose Down
DROP TABLE outbox_blocks;
