-- +goose Up
-- The epoch of the process that said last that nothing of it is to come; 0: none has.
ALTER TABLE click_edges ADD COLUMN /* if it is new */ ended BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE click_edges DROP COLUMN ended;
