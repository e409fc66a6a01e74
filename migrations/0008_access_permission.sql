-- People get one of five roles, and SQLite cannot alter a CHECK: the table is made
-- anew. Sessions end with it; everybody signs in again.
-- room: access
CREATE TABLE person_before AS SELECT id, name, role, department, clearance, password, created_at FROM person;
DROP TABLE session;
DROP TABLE person;

-- 机构, a tree. The code is the one that stands in 档号 and in the records.
-- room: access
CREATE TABLE department (
    code        TEXT   PRIMARY KEY,
    id          TEXT   NOT NULL,                   -- how the trail calls it
    name        TEXT   NOT NULL,
    parent      TEXT   REFERENCES department(code),
    created_at  TEXT   NOT NULL,
    closed_at   TEXT                               -- from then on nobody is put into it
);
INSERT INTO department (code, id, name, parent, created_at)
    SELECT department, 'first-' || MIN(id), department, NULL, MIN(created_at) FROM person_before
    WHERE department IS NOT NULL GROUP BY department;

-- One role a person: nobody is two of the three officers, nor one of them and an archivist.
-- room: access
CREATE TABLE person (
    id           TEXT   PRIMARY KEY,
    name         TEXT   NOT NULL,
    role         TEXT   NOT NULL CHECK (role IN ('archivist', 'staff', 'sysadmin', 'security', 'auditor')),
    department   TEXT   REFERENCES department(code),
    clearance    BIGINT NOT NULL,                  -- rank of secrecy, 0 = 公开
    password     TEXT   NOT NULL,                  -- argon2id, PHC string
    password_due TEXT,                             -- since when it is one that somebody else knows
    created_at   TEXT   NOT NULL,
    left_at      TEXT,                             -- cleared; never signs in again
    CONSTRAINT person_name_unique UNIQUE (name)
);
INSERT INTO person (id, name, role, department, clearance, password, password_due, created_at)
    SELECT id, name, role, department, clearance, password, NULL, created_at FROM person_before;
DROP TABLE person_before;

-- What a browser's cookie or the command line's token stands for.
-- room: access
CREATE TABLE session (
    digest      TEXT   PRIMARY KEY,                -- SHA-256 of the token; the token itself is nowhere
    id          TEXT   NOT NULL,                   -- what it is called in lists
    person_id   TEXT   NOT NULL REFERENCES person(id),
    -- 'pending': the password was right, the second factor is still owed
    kind        TEXT   NOT NULL CHECK (kind IN ('browser', 'token', 'pending')),
    csrf        TEXT   NOT NULL,
    address     TEXT   NOT NULL,                   -- where it was begun from
    agent       TEXT   NOT NULL,                   -- what the browser calls itself
    created_at  TEXT   NOT NULL,
    seen_at     TEXT   NOT NULL,                   -- to the minute
    until       TEXT   NOT NULL
);
CREATE INDEX session_person ON session (person_id);

-- A token for a program. The security officer allows it; only its owner draws the
-- secret, so that who gives rights never holds them.
-- room: access
CREATE TABLE api_token (
    id          TEXT   PRIMARY KEY,
    person_id   TEXT   NOT NULL REFERENCES person(id),
    label       TEXT   NOT NULL,
    functions   TEXT   NOT NULL,                   -- words of rights, blank between; never more than its owner's
    digest      TEXT,                              -- SHA-256; NULL until drawn
    created_at  TEXT   NOT NULL,
    until       TEXT   NOT NULL,
    drawn_at    TEXT,
    ended_at    TEXT,
    CONSTRAINT api_token_digest_unique UNIQUE (digest)
);
CREATE INDEX api_token_person ON api_token (person_id);

-- A post held from a day to a day; one that acts for another names whose post it is.
-- room: access
CREATE TABLE post_holding (
    id          TEXT   PRIMARY KEY,
    post        TEXT   NOT NULL,                   -- code, from config/posts.toml
    department  TEXT   REFERENCES department(code),
    person_id   TEXT   NOT NULL REFERENCES person(id),
    since       TEXT   NOT NULL,                   -- day
    until       TEXT,                              -- day, included
    acts_for    TEXT   REFERENCES post_holding(id),
    reason      TEXT   NOT NULL,
    created_at  TEXT   NOT NULL,
    ended_at    TEXT
);
CREATE INDEX post_holding_person ON post_holding (person_id);
CREATE INDEX post_holding_post ON post_holding (post, department);

-- Which part of the holdings a person's functions reach (授权). NULL is "any". What no
-- line grants is denied.
-- room: access
CREATE TABLE data_grant (
    id          TEXT   PRIMARY KEY,
    person_id   TEXT   NOT NULL REFERENCES person(id),
    functions   TEXT   NOT NULL,                   -- words of rights, blank between
    fonds       TEXT,
    category    TEXT,
    whose       TEXT   NOT NULL CHECK (whose IN ('any', 'own', 'named')),
    department  TEXT   REFERENCES department(code),-- with all below it; where whose = 'named'
    year_from   BIGINT,
    year_to     BIGINT,
    secrecy     BIGINT,                            -- highest rank; NULL: as far as the clearance
    opening     TEXT   CHECK (opening IN ('open', 'controlled', 'deferred', 'unreviewed')),
    since       TEXT   NOT NULL,                   -- day
    until       TEXT,                              -- day, included
    reason      TEXT   NOT NULL,
    created_at  TEXT   NOT NULL,
    ended_at    TEXT
);
CREATE INDEX data_grant_person ON data_grant (person_id);
-- What an archivist and a reader had so far, said as grants.
INSERT INTO data_grant (id, person_id, functions, whose, since, reason, created_at)
    SELECT 'first-' || id, id, 'search read ingest arrange', 'any', SUBSTR(created_at, 1, 10), '', created_at
    FROM person WHERE role = 'archivist';
INSERT INTO data_grant (id, person_id, functions, whose, since, reason, created_at)
    SELECT 'first-' || id, id, 'search read', 'any', SUBSTR(created_at, 1, 10), '', created_at
    FROM person WHERE role = 'staff';

-- room: access
CREATE TABLE second_factor (
    id           TEXT   PRIMARY KEY,
    person_id    TEXT   NOT NULL REFERENCES person(id),
    kind         TEXT   NOT NULL CHECK (kind IN ('totp', 'passkey')),
    label        TEXT   NOT NULL,
    secret       TEXT   NOT NULL,                  -- totp: sealed under the key place; passkey: public key, JSON
    last_step    BIGINT NOT NULL,                  -- totp: a code counts once
    created_at   TEXT   NOT NULL,
    confirmed_at TEXT,                             -- not asked for before
    used_at      TEXT
);
CREATE INDEX second_factor_person ON second_factor (person_id);

-- Who somebody is at another provider (OpenID Connect).
-- room: access
CREATE TABLE outside_identity (
    issuer      TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    person_id   TEXT   NOT NULL REFERENCES person(id),
    created_at  TEXT   NOT NULL,
    PRIMARY KEY (issuer, subject)
);

-- Failed attempts, by account and by address; gone after a success or a day.
-- room: access
CREATE TABLE failed_sign_in (
    about       TEXT   PRIMARY KEY,                -- SHA-256 of "name:…" or "address:…"
    failures    BIGINT NOT NULL,
    last_at     TEXT   NOT NULL,
    shut_until  TEXT
);
