-- Records filed without files. Their objects hold a description alone and are made from
-- the rows after the filing, in the order of the records' ids.
-- room: vault
CREATE TABLE describing (
    filing_id    TEXT   PRIMARY KEY,
    created      TEXT   NOT NULL,                  -- what the objects say: when,
    user_name    TEXT   NOT NULL,                  -- by whom,
    user_address TEXT   NOT NULL,                  -- and how to name him, a URI
    shelf        TEXT   NOT NULL,                  -- JSON of the holdings' own: fonds and schemes as they were
    records      BIGINT NOT NULL,                  -- filed so far
    sealed       BIGINT NOT NULL,                  -- of these, lie in the store
    reached      TEXT   NOT NULL                   -- the last of them; empty before the first
);
