-- What each author's device says was opened, revealed, looked for and refused on it, as it came. Rows are only added;
-- whether they hold together is read out of them.
CREATE TABLE access_log (
    author BLOB NOT NULL,
    n INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    action TEXT NOT NULL,
    subject BLOB,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (author, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_log_by_subject ON access_log (subject, at_ms);
