-- Codes of records that were withdrawn before their handover was signed, taken off the list
-- of codes used. The number stays used: nobody is given it but who names it. A table of its
-- own, so that filing asks a short list and not the long one.
-- room: holdings
CREATE TABLE code_withdrawn (
    code        TEXT   NOT NULL,
    scope       TEXT   NOT NULL,
    serial      BIGINT NOT NULL,
    at          TEXT   NOT NULL,
    CONSTRAINT code_withdrawn_unique PRIMARY KEY (scope, serial)
);
