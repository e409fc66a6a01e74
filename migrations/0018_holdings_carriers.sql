-- What a record is on besides its files (载体: a code of the rules), the box that holds it
-- and where it stands. NULL where the catalogue did not say.
-- room: holdings
ALTER TABLE record ADD COLUMN carrier TEXT;
ALTER TABLE record ADD COLUMN in_box TEXT;
ALTER TABLE record ADD COLUMN place TEXT;
DROP VIEW record_visible;
-- room: holdings
CREATE VIEW record_visible AS
    SELECT record.* FROM record JOIN filing ON filing.id = record.filing_id
    WHERE filing.visible_at IS NOT NULL;
