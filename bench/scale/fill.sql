-- Multiplies the links that the control plane has created, with all that they left in
-- the database: their terms, the marks of the feed's revisions, the audit's entries
-- and blocks. What is set based takes minutes where the API would take an hour.
--
-- Copy k of a link is as many days older. Its code ends in k, which makes it longer than
-- what is minted, so that no create ever meets one. Its URL's last two characters are k
-- too: they belong to a fragment of ours. The fingerprint is that of the URL as it is
-- written; should a browser write it otherwise, if_exists does not find the copy.
--
-- Left out: clicks, histories, what the audit tells of a copy's fields, and its hashes:
-- "audit verify" finds no chain in the copies. Ten owners are made up, and one link in a
-- thousand is blocked.

SELECT set_config('fill.copies', :'copies', false);
BEGIN;
CREATE TEMP TABLE old_links AS SELECT * FROM links;
CREATE TEMP TABLE old_terms AS SELECT t.*, t.term = convert_to(lower(t.code), 'UTF8') AS is_code, l.url
  FROM link_terms t LEFT JOIN links l ON l.domain = t.domain AND l.code = t.code;
CREATE TEMP TABLE old_revisions AS SELECT * FROM link_revisions;
CREATE TEMP TABLE old_entries AS SELECT * FROM audit_entries;
CREATE TEMP TABLE old_blocks AS SELECT * FROM audit_blocks;
UPDATE old_links SET created_by = 'owner' || abs(hashtext(code)) % 10,
  status = CASE WHEN abs(hashtext(url)) % 1000 = 0 THEN 3 ELSE 1 END;

-- Indexes come last: built, they take a tenth of the time. Those whose entries come in no
-- order are left as full as inserting one by one would leave them.
CREATE TEMP TABLE built AS
  SELECT conrelid AS of, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS remove,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
  FROM pg_constraint WHERE contype IN ('p', 'u')
    AND conrelid IN ('links'::regclass, 'link_terms'::regclass, 'link_revisions'::regclass, 'audit_entries'::regclass)
  UNION ALL
  SELECT indrelid, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    AND indrelid IN ('links'::regclass, 'link_terms'::regclass, 'link_revisions'::regclass, 'audit_entries'::regclass);
UPDATE built SET make = make || ' WITH (fillfactor = 70)' WHERE make ~ '\((domain, code|term|subject)';
DO $$ DECLARE statement text; BEGIN
  FOR statement IN SELECT remove FROM built LOOP EXECUTE statement; END LOOP;
END $$;
TRUNCATE links, link_terms, link_revisions, audit_entries, audit_blocks;

DO $$
DECLARE
  copies int := current_setting('fill.copies');
  blocks bigint := (SELECT COALESCE(max(block), 0) FROM old_blocks);
  digits text; -- k, always
  suffix text; -- k, but for the original
  earlier bigint; -- Unix milliseconds
BEGIN
  FOR k IN REVERSE copies..0 LOOP
    digits := lpad(to_hex(k), 2, '0');
    suffix := CASE k WHEN 0 THEN '' ELSE digits END;
    earlier := k * 86400000::bigint;
    INSERT INTO links (domain, code, version, url, status, redirect, starts_at, expires_at, expired_url, forward_query, strict, title,
        note, tags, custom, revision, created_by, created_at, updated_at, updated_by, workspace)
      SELECT domain, code || suffix, version, left(url, -2) || digits, status, redirect, starts_at, expires_at, expired_url, forward_query, strict,
        title, note, tags, custom, revision, created_by, created_at - earlier, updated_at - earlier, updated_by, workspace FROM old_links;
    INSERT INTO link_terms (term, created_at, domain, code)
      SELECT CASE
          WHEN term = 'copy00' THEN convert_to('copy' || digits, 'UTF8')
          WHEN term >= '=' AND term < '>' THEN
            convert_to('=' || left(encode(sha256(convert_to(left(url, -2) || digits, 'UTF8')), 'hex'), 32), 'UTF8')
          WHEN is_code THEN term || convert_to(suffix, 'UTF8')
          ELSE term END,
        created_at - earlier, domain, replace(code, ' ', suffix || ' ') || suffix FROM old_terms;
    INSERT INTO link_revisions (domain, code, version, revision)
      SELECT domain, code || suffix, version, revision FROM old_revisions;
    INSERT INTO audit_entries (id, block, at, key_id, user_id, workspace, address, action, subject, version, before, after)
      SELECT lpad(to_hex(at - earlier), 12, '0') || substr(id, 13), block + (copies - k) * blocks, at - earlier, key_id, user_id,
        workspace, address, action, subject || suffix, version, before, CASE k WHEN 0 THEN after ELSE '' END FROM old_entries;
    INSERT INTO audit_blocks (block, entries, previous, hash, sealed_at)
      SELECT block + (copies - k) * blocks, entries, previous, hash, sealed_at - earlier FROM old_blocks;
  END LOOP;
  UPDATE webhook_progress SET block = block + copies * blocks;
END $$;

DO $$ DECLARE statement text; BEGIN
  -- The largest first: to sort takes as much room again.
  FOR statement IN SELECT make FROM built ORDER BY pg_relation_size(of) DESC, make LOOP
    EXECUTE statement;
  END LOOP;
END $$;
COMMIT;
VACUUM (ANALYZE);
CHECKPOINT;
