-- The portable subset: TEXT and BIGINT only. No BOOLEAN, DATE, TIMESTAMP, UUID
-- or JSON column: sqlx's Any driver reads none of them from both databases.
-- Instants are RFC 3339 UTC text of fixed width, days YYYY-MM-DD, digests hex.

-- room: db
CREATE TABLE write_turn (turn BIGINT);             -- empty for ever: whoever locks it may write
