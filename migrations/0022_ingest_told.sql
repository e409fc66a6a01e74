-- What was told of the headers of a batch's catalogue when it was handed in, so that a batch
-- that goes on after a crash, or is checked again, is read as before.
-- room: ingest
ALTER TABLE batch ADD COLUMN told TEXT NOT NULL DEFAULT '{}';  -- JSON: header to field, null to keep the column as it is
