-- room: jobs
CREATE TABLE job (
    id          TEXT   PRIMARY KEY,
    kind        TEXT   NOT NULL,
    subject     TEXT   NOT NULL,                   -- what it works on: a filing, a batch
    state       TEXT   NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'gave_up')),
    attempts    BIGINT NOT NULL,
    due_at      TEXT   NOT NULL,
    lease_until TEXT,                              -- while running; a lease that ran out is taken by another
    done        BIGINT NOT NULL,                   -- units of work finished
    total       BIGINT NOT NULL,                   -- units of work in all
    started_at  TEXT,
    ended_at    TEXT,
    fault       TEXT,                              -- of the last attempt
    created_at  TEXT   NOT NULL,
    CONSTRAINT job_once UNIQUE (kind, subject)
);
CREATE INDEX job_due ON job (state, due_at);
