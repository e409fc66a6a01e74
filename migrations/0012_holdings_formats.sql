-- What format each file has, by PRONOM's signatures or ours. NULL for files that were
-- taken in before formats were identified.
-- room: holdings
ALTER TABLE record_file ADD COLUMN puid TEXT;
-- container, signature, extension; none: looked at and not identified.
ALTER TABLE record_file ADD COLUMN puid_basis TEXT;
-- What the format is called.
ALTER TABLE record_file ADD COLUMN puid_name TEXT;
