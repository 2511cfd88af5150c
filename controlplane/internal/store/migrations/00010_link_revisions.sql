-- +goose Up
-- Which of the feed's revisions carries a link's version. A table of its own: the
-- mark was a column of links, and wrote each link, with all its indexes, a second
-- time. The build before still writes links.revision and is read from there too; the
-- column may go once no such build runs and its links have been changed.
CREATE TABLE IF NOT EXISTS link_revisions (
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  version BIGINT NOT NULL, -- of the link; the mark of another version says nothing
  revision BIGINT NOT NULL,
  PRIMARY KEY (domain, code)
) /* clustered */;

-- +goose Down
DROP TABLE link_revisions;
