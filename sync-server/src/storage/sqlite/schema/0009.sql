-- What the list shows of a case, as a device is sent it ahead of the documents: made with the row when the case is folded.
CREATE TABLE card (
    subject BLOB NOT NULL PRIMARY KEY,
    pressing INTEGER NOT NULL,
    due_ms INTEGER,
    core TEXT NOT NULL,
    identity TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- In which order an author is told what there is, the first time: made once, so that nothing is told twice or left out
-- whatever becomes urgent meanwhile.
CREATE TABLE first_reading (
    author BLOB NOT NULL PRIMARY KEY,
    head INTEGER NOT NULL,
    items BLOB NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX first_reading_by_time ON first_reading (at_ms);
