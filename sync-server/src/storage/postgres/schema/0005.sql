-- What the list shows of a case, as a device is sent it ahead of the documents: made with the row when the case is folded.
CREATE TABLE card (
    subject bytea NOT NULL PRIMARY KEY,
    pressing bigint NOT NULL,
    due_ms bigint,
    core text NOT NULL,
    identity text NOT NULL
);

-- In which order an author is told what there is, the first time: made once, so that nothing is told twice or left out
-- whatever becomes urgent meanwhile.
CREATE TABLE first_reading (
    author bytea NOT NULL PRIMARY KEY,
    head bigint NOT NULL,
    items bytea NOT NULL,
    at_ms bigint NOT NULL
);
CREATE INDEX first_reading_by_time ON first_reading (at_ms);
