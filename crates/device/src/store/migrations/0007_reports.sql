-- The open reports of missing children of the state, as the hub sends them: what is compared, and no more.
CREATE TABLE report (
    id    BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    entry BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Projection: what the reports of which the whole document is here tell. NULL: closed. They stand in the place of the hub's.
CREATE TABLE own_report (
    document INTEGER NOT NULL PRIMARY KEY REFERENCES document (row) ON DELETE CASCADE,
    id       BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    entry    BLOB
) STRICT;

-- Projection: what each document of a case tells of its child, as JSON.
CREATE TABLE told (
    document INTEGER NOT NULL PRIMARY KEY REFERENCES document (row) ON DELETE CASCADE,
    subject  BLOB    NOT NULL CHECK (length(subject) = 16),
    report   TEXT    NOT NULL
) STRICT;
CREATE INDEX told_by_subject ON told (subject);

-- Projection: what people decided about two records that may be one child.
CREATE TABLE match_decision (
    document INTEGER NOT NULL REFERENCES document (row) ON DELETE CASCADE,
    subject  BLOB    NOT NULL CHECK (length(subject) = 16),
    -- The report, or the other case.
    other    BLOB    NOT NULL CHECK (length(other) = 16),
    decision TEXT    NOT NULL,
    PRIMARY KEY (document, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_decision_by_subject ON match_decision (subject, other);

-- What was worked out: a case and a report, or another case, that may be one child.
CREATE TABLE proposal (
    subject     BLOB    NOT NULL CHECK (length(subject) = 16),
    other       BLOB    NOT NULL CHECK (length(other) = 16),
    -- 1: the other is a case.
    is_case     INTEGER NOT NULL CHECK (is_case IN (0, 1)),
    probability REAL    NOT NULL,
    PRIMARY KEY (subject, other)
) STRICT, WITHOUT ROWID;

-- What the hub proposes out of the whole state: a record that is here, and one of another district.
CREATE TABLE elsewhere (
    own      BLOB    NOT NULL CHECK (length(own) = 16),
    own_sort INTEGER NOT NULL,
    other    BLOB    NOT NULL CHECK (length(other) = 16),
    -- 1 a case, 2 a report of a missing child.
    sort     INTEGER NOT NULL,
    district TEXT    NOT NULL,
    percent  INTEGER NOT NULL,
    agreed   TEXT    NOT NULL,
    theirs   TEXT,
    PRIMARY KEY (own, other)
) STRICT, WITHOUT ROWID;

-- Projection: the thumbnails of the photos that a document names.
CREATE TABLE picture_of (
    document INTEGER NOT NULL REFERENCES document (row) ON DELETE CASCADE,
    subject  BLOB    NOT NULL CHECK (length(subject) = 16),
    sha      BLOB    NOT NULL CHECK (length(sha) = 32),
    PRIMARY KEY (document, sha)
) STRICT, WITHOUT ROWID;

-- What a thumbnail looks like, as 64 bytes; NULL where it shows nothing to be known by.
CREATE TABLE picture_look (
    sha  BLOB NOT NULL PRIMARY KEY CHECK (length(sha) = 32),
    look BLOB
) STRICT, WITHOUT ROWID;

-- What has to be worked out: a case (0) that changed, or a report (1) that came.
CREATE TABLE match_due (
    is_report INTEGER NOT NULL CHECK (is_report IN (0, 1)),
    id        BLOB    NOT NULL CHECK (length(id) = 16),
    PRIMARY KEY (is_report, id)
) STRICT, WITHOUT ROWID;
