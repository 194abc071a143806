-- What officers ask the district about refused words of theirs. The document need not exist: a device that asks about one that it
-- may not know of is told the same. `words` are sealed with the key of the record.
CREATE TABLE appeal (
    id INTEGER PRIMARY KEY,
    user BLOB NOT NULL,
    author BLOB NOT NULL,
    document BLOB NOT NULL,
    plea INTEGER NOT NULL,
    asked_s INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    standing INTEGER NOT NULL DEFAULT 0,
    decided_ms INTEGER,
    words TEXT NOT NULL DEFAULT '',
    UNIQUE (author, document, plea)
) STRICT;
CREATE INDEX appeal_open ON appeal (at_ms, id) WHERE standing = 0;
CREATE INDEX appeal_by_document ON appeal (document);
