-- +goose Up
-- A file of its own: CockroachDB indexes a new column only once its transaction
-- has ended.
CREATE INDEX IF NOT EXISTS links_workspace ON links (workspace, created_at, domain, code);
CREATE INDEX IF NOT EXISTS api_keys_workspace ON api_keys (workspace, created_at, id);

-- +goose Down
DROP INDEX api_keys_workspace;
DROP INDEX links_workspace;
