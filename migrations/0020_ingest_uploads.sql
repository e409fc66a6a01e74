-- A batch that is sent file by file. Its files, their names and lengths lie sealed in a tray
-- of the staging; the rows know nothing of them before the check.
-- room: ingest
CREATE TABLE upload (
    batch_id     TEXT   PRIMARY KEY REFERENCES batch(id),
    tray         TEXT   NOT NULL,                  -- its token
    asked_by     TEXT   NOT NULL,                  -- the person for whom its next job is done
    make_missing BIGINT NOT NULL                   -- 1: fonds and schemes that it brings are made
);
