-- 开放划控: what a person may be shown hangs on it.
ALTER TABLE record ADD COLUMN opening TEXT NOT NULL DEFAULT 'unreviewed'
    CHECK (opening IN ('open', 'controlled', 'deferred', 'unreviewed'));
DROP VIEW record_visible;
-- room: holdings
CREATE VIEW record_visible AS
    SELECT record.* FROM record JOIN filing ON filing.id = record.filing_id
    WHERE filing.visible_at IS NOT NULL;
CREATE INDEX record_department ON record (department);
