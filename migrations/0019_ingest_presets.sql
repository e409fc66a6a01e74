-- How the headers of a sender's catalogues are explained, kept under a name.
-- room: ingest
CREATE TABLE catalogue_preset (
    id          TEXT   PRIMARY KEY,
    name        TEXT   NOT NULL,
    sender      TEXT   NOT NULL,                   -- in words; may be empty
    told        TEXT   NOT NULL,                   -- JSON: header to field, null to keep the column as it is
    saved_by    TEXT   NOT NULL,
    saved_at    TEXT   NOT NULL,
    CONSTRAINT catalogue_preset_name_unique UNIQUE (name)
);
