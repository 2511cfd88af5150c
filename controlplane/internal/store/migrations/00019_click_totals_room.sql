-- +goose Up
-- A total is rewritten with every booking: with room beside it, its index is not, and
-- the log of changes has half as much to say.
-- PostgreSQL: ALTER TABLE click_totals SET (fillfactor = 50);

-- +goose Down
-- PostgreSQL: ALTER TABLE click_totals RESET (fillfactor);
