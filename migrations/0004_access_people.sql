-- room: access
CREATE TABLE person (
    id          TEXT   PRIMARY KEY,
    name        TEXT   NOT NULL,
    role        TEXT   NOT NULL CHECK (role IN ('archivist', 'staff')),
    department  TEXT,
    clearance   BIGINT NOT NULL,                   -- rank of secrecy, 0 = 公开
    password    TEXT   NOT NULL,                   -- argon2id, PHC string
    created_at  TEXT   NOT NULL,
    CONSTRAINT person_name_unique UNIQUE (name)
);
-- room: access
CREATE TABLE session (
    digest      TEXT   PRIMARY KEY,                -- SHA-256 of the token; the token itself is nowhere
    person_id   TEXT   NOT NULL REFERENCES person(id),
    kind        TEXT   NOT NULL CHECK (kind IN ('browser', 'token')),
    csrf        TEXT   NOT NULL,
    created_at  TEXT   NOT NULL,
    until       TEXT   NOT NULL
);
CREATE INDEX session_person ON session (person_id);
