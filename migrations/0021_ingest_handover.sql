-- One side's signature under the handover of what a filing filed. With both, it is handed
-- over, and no way leads back.
-- room: ingest
CREATE TABLE handover_signature (
    filing_id   TEXT   NOT NULL,
    side        TEXT   NOT NULL CHECK (side IN ('sender', 'archive')),
    batch_id    TEXT   NOT NULL,
    actor       TEXT   NOT NULL,                   -- person:<id>
    by_name     TEXT   NOT NULL,                   -- what the actor was called then
    at          TEXT   NOT NULL,
    list        TEXT   NOT NULL,                   -- JSON: by category and retention, as it was signed
    PRIMARY KEY (filing_id, side),
    CONSTRAINT handover_two_people UNIQUE (filing_id, actor)
);
