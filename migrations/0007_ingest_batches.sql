-- room: ingest
CREATE TABLE batch (
    id          TEXT   PRIMARY KEY,
    filing_id   TEXT   NOT NULL,
    name        TEXT   NOT NULL,                   -- of the folder
    source      TEXT   NOT NULL,                   -- where it was read from
    catalogue   TEXT   NOT NULL,                   -- SHA-256 of the catalogue
    content     TEXT   NOT NULL,                   -- SHA-256 over code and digests of every row to file
    state       TEXT   NOT NULL CHECK (state IN ('filing', 'filed', 'abandoned')),
    accept_good BIGINT NOT NULL,                   -- 1: rows with defects are left out
    read_text   BIGINT NOT NULL,                   -- 1: text is read after sealing
    rows_in     BIGINT NOT NULL,                   -- rows of the catalogue
    to_file     BIGINT NOT NULL,
    filed       BIGINT NOT NULL,
    set_aside   BIGINT NOT NULL,
    files       BIGINT NOT NULL,
    bytes       BIGINT NOT NULL,
    received_by TEXT   NOT NULL,
    started_at  TEXT   NOT NULL,
    filed_at    TEXT
);
CREATE INDEX batch_source ON batch (source, state);
-- What was found wrong with a batch. Of a row set aside only its number, its
-- code and the word of its secrecy stand here.
-- room: ingest
CREATE TABLE batch_finding (
    batch_id    TEXT   NOT NULL REFERENCES batch(id),
    number      BIGINT NOT NULL,
    row_number  BIGINT,
    code        TEXT,
    file        TEXT,
    kind        TEXT   NOT NULL,
    severity    TEXT   NOT NULL CHECK (severity IN ('blocking', 'note')),
    reason      TEXT   NOT NULL,
    remedy      TEXT   NOT NULL,
    PRIMARY KEY (batch_id, number)
);
