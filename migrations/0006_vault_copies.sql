-- An object that stands staged and is promised to the store.
-- room: vault
CREATE TABLE intent (
    record_id   TEXT   PRIMARY KEY,
    filing_id   TEXT   NOT NULL,
    token       TEXT   NOT NULL,                   -- the staged folder
    inventory   TEXT   NOT NULL                    -- digest of the inventory
);
CREATE INDEX intent_filing ON intent (filing_id, record_id);
-- Where a record's object lies, and when it was last found whole.
-- room: vault
CREATE TABLE copy (
    record_id   TEXT   NOT NULL,
    store       TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    inventory   TEXT   NOT NULL,
    sealed_at   TEXT   NOT NULL,
    verified_at TEXT,
    fault       TEXT,                              -- what the last check found
    PRIMARY KEY (record_id, store)
);
-- What reading a file for its text gave.
-- room: vault
CREATE TABLE reading (
    record_id   TEXT   NOT NULL,
    number      BIGINT NOT NULL,                   -- of the file
    outcome     TEXT   NOT NULL CHECK (outcome IN ('text', 'no_text', 'not_read')),
    reason      TEXT   NOT NULL,
    pages       BIGINT NOT NULL,
    maker       TEXT   NOT NULL,
    PRIMARY KEY (record_id, number)
);
