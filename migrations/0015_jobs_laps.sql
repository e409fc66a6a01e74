-- Where a job stood when a worker last took it: how fast it goes, and how long it still
-- takes, is told from there on. The time in which nobody worked counts for neither.
-- room: jobs
ALTER TABLE job ADD COLUMN lap_at TEXT;
ALTER TABLE job ADD COLUMN lap_done BIGINT NOT NULL DEFAULT 0;
