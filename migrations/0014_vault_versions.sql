-- What a record said at each time: one line a version, from the second on; the first is
-- added with the second. A record without lines has the one version that was filed.
-- room: holdings
CREATE TABLE record_version (
    record_id   TEXT   NOT NULL REFERENCES record(id),
    number      BIGINT NOT NULL CHECK (number >= 1),
    at          TEXT   NOT NULL,
    actor       TEXT   NOT NULL,                   -- person:<id>, operator; as the trail has it
    by_name     TEXT   NOT NULL,                   -- what the actor was called then
    kind        TEXT   NOT NULL CHECK (kind IN ('filed', 'description', 'file', 'order')),
    reason      TEXT   NOT NULL,
    changed     TEXT   NOT NULL,                   -- JSON: fields with what stood there before and after
    described   TEXT   NOT NULL,                   -- record.json of this version
    PRIMARY KEY (record_id, number)
);
-- A version that stands staged and is promised to the store.
-- room: vault
CREATE TABLE version_intent (
    record_id   TEXT   NOT NULL,
    number      BIGINT NOT NULL,
    token       TEXT   NOT NULL,                   -- the staged folder
    inventory   TEXT   NOT NULL,                   -- digest of the version's inventory
    read_anew   TEXT   NOT NULL,                   -- SHA-256 of a file whose text is to be read; or empty
    PRIMARY KEY (record_id, number)
);
