-- What people decided about a batch, in order; nothing of it is changed.
-- room: ingest
CREATE TABLE batch_decision (
    batch_id    TEXT   NOT NULL,
    number      BIGINT NOT NULL,
    round       BIGINT NOT NULL,                   -- the batch's then
    kind        TEXT   NOT NULL CHECK (kind IN ('returned', 'withdrawn')),
    at          TEXT   NOT NULL,
    actor       TEXT   NOT NULL,                   -- person:<id>, operator; as the trail has it
    by_name     TEXT   NOT NULL,                   -- what the actor was called then
    reason      TEXT   NOT NULL,
    PRIMARY KEY (batch_id, number)
);
