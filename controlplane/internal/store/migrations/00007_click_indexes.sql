-- +goose Up
-- A file of its own: CockroachDB indexes a new column only once its transaction
-- has ended.
CREATE INDEX IF NOT EXISTS click_minutes_age ON click_minutes (domain, minute);
-- Empty once the build before is gone.
CREATE INDEX IF NOT EXISTS click_batches_unrolled ON click_batches (edge, epoch, sequence) WHERE digest IS NULL;

-- +goose Down
DROP INDEX click_batches_unrolled;
DROP INDEX click_minutes_age;
