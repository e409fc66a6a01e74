-- A batch may come in other ways than as a folder of this machine, is there before it is
-- checked, and may go back to its sender and come again: as another round of itself.
-- The table is made anew because a CHECK cannot be changed where it stands.
-- room: ingest
CREATE TABLE batch_next (
    id          TEXT   PRIMARY KEY,
    filing_id   TEXT   NOT NULL,
    name        TEXT   NOT NULL,                   -- of the folder, the ZIP, or as its sender calls it
    source      TEXT   NOT NULL,                   -- where it was read from
    way         TEXT   NOT NULL CHECK (way IN ('folder', 'zip', 'upload', 'drop')),
    round       BIGINT NOT NULL CHECK (round >= 1),
    catalogue   TEXT   NOT NULL,                   -- SHA-256 of the catalogue; empty before it was read
    content     TEXT   NOT NULL,                   -- SHA-256 over code and digests of every row to file
    state       TEXT   NOT NULL CHECK (state IN
                    ('receiving', 'checking', 'checked', 'filing', 'filed', 'returned', 'withdrawn', 'abandoned')),
    accept_good BIGINT NOT NULL,                   -- 1: rows with defects are left out
    read_text   BIGINT NOT NULL,                   -- 1: text is read after sealing
    rows_in     BIGINT NOT NULL,                   -- rows of the catalogue
    to_file     BIGINT NOT NULL,
    filed       BIGINT NOT NULL,
    set_aside   BIGINT NOT NULL,
    files       BIGINT NOT NULL,
    bytes       BIGINT NOT NULL,
    said_rows   BIGINT,                            -- what the sender says there is; must agree
    said_files  BIGINT,
    said_bytes  BIGINT,
    department  TEXT,                              -- the sender's
    received_by TEXT   NOT NULL,
    started_at  TEXT   NOT NULL,
    filed_at    TEXT
);
INSERT INTO batch_next (id, filing_id, name, source, way, round, catalogue, content, state, accept_good, read_text,
                        rows_in, to_file, filed, set_aside, files, bytes, received_by, started_at, filed_at)
SELECT id, filing_id, name, source, 'folder', 1, catalogue, content, state, accept_good, read_text,
       rows_in, to_file, filed, set_aside, files, bytes, received_by, started_at, filed_at FROM batch;
-- What was found wrong with a round of a batch. Of a row set aside only its number, its
-- code and the word of its secrecy stand here.
-- room: ingest
CREATE TABLE batch_finding_next (
    batch_id    TEXT   NOT NULL REFERENCES batch_next(id),
    round       BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    row_number  BIGINT,
    code        TEXT,
    file        TEXT,
    kind        TEXT   NOT NULL,
    severity    TEXT   NOT NULL CHECK (severity IN ('blocking', 'note')),
    reason      TEXT   NOT NULL,
    remedy      TEXT   NOT NULL,
    PRIMARY KEY (batch_id, round, number)
);
INSERT INTO batch_finding_next (batch_id, round, number, row_number, code, file, kind, severity, reason, remedy)
SELECT batch_id, 1, number, row_number, code, file, kind, severity, reason, remedy FROM batch_finding;
DROP TABLE batch_finding;
DROP TABLE batch;
ALTER TABLE batch_next RENAME TO batch;
ALTER TABLE batch_finding_next RENAME TO batch_finding;
CREATE INDEX batch_source ON batch (source, state);
CREATE INDEX batch_state ON batch (state, id);
