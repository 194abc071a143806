-- When the hub took in a change of somebody else, by the hub's clock. Changes that came folded in a snapshot have none.
CREATE TABLE received (
    subject BLOB    NOT NULL CHECK (length(subject) = 16),
    hash    BLOB    NOT NULL CHECK (length(hash) = 32),
    at_ms   INTEGER NOT NULL,
    PRIMARY KEY (subject, hash)
) STRICT, WITHOUT ROWID;

-- Projection: what the clocks need of each document of a case, so that they are read anew without opening documents.
CREATE TABLE case_slice (
    document INTEGER NOT NULL PRIMARY KEY REFERENCES document (row) ON DELETE CASCADE,
    subject  BLOB    NOT NULL CHECK (length(subject) = 16),
    -- A record of casework, as JSON.
    record   TEXT    NOT NULL
) STRICT;
CREATE INDEX case_slice_by_subject ON case_slice (subject);

-- Projection: the clocks of a case on which somebody still has to act.
CREATE TABLE case_clock (
    subject  BLOB    NOT NULL CHECK (length(subject) = 16),
    clock    TEXT    NOT NULL,
    instance TEXT    NOT NULL,
    due_ms   INTEGER NOT NULL,
    PRIMARY KEY (subject, clock, instance)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_clock_by_due ON case_clock (subject, due_ms);

-- Projection: the clock that is due next, as JSON without the words of the pack; `clock` and `started_ms` are no
-- longer read.
ALTER TABLE case_card ADD COLUMN running TEXT;
