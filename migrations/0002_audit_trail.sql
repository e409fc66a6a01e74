-- room: audit
CREATE TABLE audit_event (
    n        BIGINT PRIMARY KEY,                   -- 1, 2, 3 … in commit order, no gap
    at       TEXT   NOT NULL,
    actor    TEXT   NOT NULL,                      -- person:<id>, operator, machine:<name>
    verb     TEXT   NOT NULL,
    subject  TEXT   NOT NULL,                      -- the first of the entry's subjects: the life of one thing
    entry    TEXT   NOT NULL,                      -- the canonical bytes, exactly as hashed
    leaf     TEXT   NOT NULL                       -- SHA-256(0x00 ‖ entry), hex
);
CREATE INDEX audit_event_subject ON audit_event (subject, n);

-- Details stand apart from the entries that commit to them, so that a person's
-- data can be erased without breaking a proof.
-- room: audit
CREATE TABLE audit_detail (
    n        BIGINT NOT NULL REFERENCES audit_event(n),
    field    TEXT   NOT NULL,
    salt     TEXT   NOT NULL,                      -- 16 random bytes, hex
    body     TEXT   NOT NULL,
    PRIMARY KEY (n, field)
);
