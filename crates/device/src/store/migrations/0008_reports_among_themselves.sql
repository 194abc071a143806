-- What the newest photo of a report looks like, 64 bytes, as the hub tells it.
ALTER TABLE report ADD COLUMN look BLOB;
-- The same of a photo, where its row says it: then nobody has to look at the thumbnail.
ALTER TABLE picture_of ADD COLUMN look BLOB;

-- What was worked out: a report whose document is here, and another that may be about the same child.
CREATE TABLE report_proposal (
    own         BLOB NOT NULL CHECK (length(own) = 16),
    other       BLOB NOT NULL CHECK (length(other) = 16),
    probability REAL NOT NULL,
    PRIMARY KEY (own, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_proposal_by_other ON report_proposal (other);

-- Reports whose document is here and that are to be compared with every other.
CREATE TABLE own_due (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16)
) STRICT, WITHOUT ROWID;

-- Records of other districts that the user asked for by their ids, and what the hub answered, as it came.
CREATE TABLE asked (
    record      BLOB    NOT NULL PRIMARY KEY CHECK (length(record) = 16),
    at_ms       INTEGER NOT NULL,
    answer      BLOB,
    answered_ms INTEGER
) STRICT, WITHOUT ROWID;
