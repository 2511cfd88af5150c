-- +goose Up
-- What bookings count, until it is posted to hours and days: so a link's hour is
-- written once in a while, not with each booking. The build before goes on writing
-- hours and days itself, which adds up.
CREATE TABLE IF NOT EXISTS click_journal (
  bucket BIGINT NOT NULL, -- of links
  id BIGINT NOT NULL, -- random
  since BIGINT NOT NULL, -- the first of its minutes
  counts BYTEA NOT NULL, -- a wire.Batch of nothing but counts
  PRIMARY KEY (bucket, id)
);
-- It is read once: to compress it costs more than it saves.
-- PostgreSQL: ALTER TABLE click_journal ALTER COLUMN counts SET STORAGE EXTERNAL;
-- A minute is rewritten until it is over: with room beside it, its indexes are not.
-- PostgreSQL: ALTER TABLE click_minutes SET (fillfactor = 50);

-- +goose Down
DROP TABLE click_journal;
