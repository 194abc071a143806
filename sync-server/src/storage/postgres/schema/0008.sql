-- What officers ask the district about refused words of theirs. The document need not exist: a device that asks about one that it
-- may not know of is told the same. `words` are sealed with the key of the record.
CREATE TABLE appeal (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id BYTEA NOT NULL,
    author BYTEA NOT NULL,
    document BYTEA NOT NULL,
    plea BIGINT NOT NULL,
    asked_s BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    standing BIGINT NOT NULL DEFAULT 0,
    decided_ms BIGINT,
    words TEXT NOT NULL DEFAULT '',
    UNIQUE (author, document, plea)
);
CREATE INDEX appeal_open ON appeal (at_ms, id) WHERE standing = 0;
CREATE INDEX appeal_by_document ON appeal (document);
