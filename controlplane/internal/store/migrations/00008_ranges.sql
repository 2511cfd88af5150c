-- +goose Up
-- Leases are listed by time.
CREATE INDEX IF NOT EXISTS range_leases_listing ON range_leases (leased_at, length, first);

-- +goose Down
DROP INDEX range_leases_listing;
