-- Projection: what the cases here say of others they belong with, so that the other case shows it, too, without opening
-- every document.
CREATE TABLE case_link (
    document INTEGER NOT NULL REFERENCES document (row) ON DELETE CASCADE,
    -- The row of the table `links`.
    link     BLOB    NOT NULL CHECK (length(link) = 16),
    -- The case that says so, and the other one.
    subject  BLOB    NOT NULL CHECK (length(subject) = 16),
    other    BLOB    NOT NULL CHECK (length(other) = 16),
    relation TEXT    NOT NULL,
    note     TEXT    NOT NULL,
    PRIMARY KEY (document, link)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_link_by_other ON case_link (other);
CREATE INDEX case_link_by_subject ON case_link (subject);
