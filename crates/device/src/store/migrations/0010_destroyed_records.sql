-- Records that were here until they were destroyed by law: the number by which an office calls each, and nothing else of it. The
-- officer is told why it is gone.
CREATE TABLE destroyed_record (
    subject BLOB    NOT NULL PRIMARY KEY CHECK (length(subject) = 16),
    number  TEXT    NOT NULL,
    section TEXT    NOT NULL,
    at_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
