-- +goose Up
-- Which master key sealed the secret beside it; empty: it stands in the clear. So it
-- stays until a master key is given, and the build before reads and writes it so.
-- settings comes last: where DDL is not transactional, its column says that all have one.
ALTER TABLE webhooks ADD COLUMN /* if it is new */ sealed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE visitor_salts ADD COLUMN /* if it is new */ sealed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE settings ADD COLUMN /* if it is new */ sealed_by TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE settings DROP COLUMN sealed_by;
ALTER TABLE visitor_salts DROP COLUMN sealed_by;
ALTER TABLE webhooks DROP COLUMN sealed_by;
