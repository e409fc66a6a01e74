-- room: holdings
CREATE TABLE fonds (
    id          TEXT   PRIMARY KEY,
    code        TEXT   NOT NULL,                   -- 全宗号; never changes
    created_at  TEXT   NOT NULL,
    CONSTRAINT fonds_code_unique UNIQUE (code)
);
-- A rename adds a line and keeps the code.
-- room: holdings
CREATE TABLE fonds_name (
    fonds_id    TEXT   NOT NULL REFERENCES fonds(id),
    since       TEXT   NOT NULL,                   -- day
    name        TEXT   NOT NULL,
    PRIMARY KEY (fonds_id, since)
);
-- The scheme of the codes of one fonds and category, from a year on.
-- room: holdings
CREATE TABLE scheme (
    id          TEXT   PRIMARY KEY,
    fonds       TEXT   NOT NULL,
    category    TEXT   NOT NULL,
    from_year   BIGINT NOT NULL,
    definition  TEXT   NOT NULL,                   -- JSON: the ordered elements
    created_at  TEXT   NOT NULL,
    CONSTRAINT scheme_unique UNIQUE (fonds, category, from_year)
);
-- One counter a class of codes; `last` only rises.
-- room: holdings
CREATE TABLE code_serial (
    scope       TEXT   PRIMARY KEY,                -- the code without its serial
    last        BIGINT NOT NULL
);
-- Every code ever given out. Nothing is taken off this list but the codes of a filing
-- that was given up before anybody could see it.
-- room: holdings
CREATE TABLE code_used (
    code        TEXT   NOT NULL,
    scope       TEXT   NOT NULL,
    serial      BIGINT NOT NULL,
    at          TEXT   NOT NULL,
    CONSTRAINT code_unique PRIMARY KEY (code),
    -- 0007 and 0000007 are two texts of one number.
    CONSTRAINT code_number_unique UNIQUE (scope, serial)
);
-- One act of filing. Its records are visible from `visible_at` on.
-- room: holdings
CREATE TABLE filing (
    id          TEXT   PRIMARY KEY,
    created_at  TEXT   NOT NULL,
    visible_at  TEXT
);
-- room: holdings
CREATE TABLE record (
    id          TEXT   PRIMARY KEY,
    filing_id   TEXT   NOT NULL REFERENCES filing(id),
    code        TEXT   NOT NULL,                   -- 档号
    scheme_id   TEXT   NOT NULL REFERENCES scheme(id),
    fonds       TEXT   NOT NULL,
    category    TEXT   NOT NULL,
    department  TEXT,
    year        BIGINT,
    retention   TEXT,                              -- Y, D30 …
    ends_on     TEXT,                              -- day; NULL for ever
    secrecy     BIGINT NOT NULL,                   -- rank
    mark        TEXT   NOT NULL,                   -- 密级 as marked
    title       TEXT   NOT NULL,
    responsible TEXT   NOT NULL,
    docno       TEXT   NOT NULL,
    dated       TEXT,
    pages       BIGINT,
    note        TEXT   NOT NULL,
    extra       TEXT   NOT NULL,                   -- JSON: columns of the catalogue that have no name here
    standing    TEXT   NOT NULL CHECK (standing IN ('filed')),
    filed_at    TEXT   NOT NULL,
    CONSTRAINT record_code_unique UNIQUE (code)
);
CREATE INDEX record_filing ON record (filing_id, id);
CREATE INDEX record_fonds ON record (fonds, category, year);
-- room: holdings
CREATE TABLE record_file (
    record_id   TEXT   NOT NULL REFERENCES record(id),
    number      BIGINT NOT NULL,                   -- 1, 2 … in the order of pages
    name        TEXT   NOT NULL,                   -- as handed in
    path        TEXT   NOT NULL,                   -- in the object
    format      TEXT   NOT NULL,
    bytes       BIGINT NOT NULL,
    sha256      TEXT   NOT NULL,
    pages       BIGINT,
    PRIMARY KEY (record_id, number)
);
CREATE INDEX record_file_digest ON record_file (sha256);
-- What may be read: every read of records goes through here.
-- room: holdings
CREATE VIEW record_visible AS
    SELECT record.* FROM record JOIN filing ON filing.id = record.filing_id
    WHERE filing.visible_at IS NOT NULL;
