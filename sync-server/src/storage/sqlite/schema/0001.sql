-- The hub's first schema. Ids are blobs of 16 bytes, documents of 17; times are milliseconds since 1970-01-01 UTC.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- `last_number` numbers the district's log. It grows in the transaction that writes the entry, so that no reader ever
-- sees a gap that fills later.
CREATE TABLE district (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    last_number INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE user (
    id BLOB PRIMARY KEY,
    district TEXT NOT NULL REFERENCES district (code),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX user_by_district ON user (district);

CREATE TABLE author (
    id BLOB PRIMARY KEY,
    user BLOB NOT NULL REFERENCES user (id),
    public_key BLOB NOT NULL,
    device TEXT NOT NULL,
    enrolled_ms INTEGER NOT NULL,
    revoked_ms INTEGER,
    seen_ms INTEGER,
    app_version TEXT
) STRICT;

-- A code is kept as its hash: who reads the database enrols nobody.
CREATE TABLE enrol_code (
    hash BLOB PRIMARY KEY,
    user BLOB NOT NULL REFERENCES user (id),
    expires_ms INTEGER NOT NULL,
    used_by BLOB
) STRICT;

CREATE TABLE opening (
    author BLOB NOT NULL,
    nonce BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (author, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX opening_by_time ON opening (at_ms);

CREATE TABLE media_token (
    hash BLOB PRIMARY KEY,
    author BLOB NOT NULL,
    ends_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX media_token_by_end ON media_token (ends_ms);

-- `snapshot` holds every change up to `snapshot_number`; empty is a document in which nothing has been written.
CREATE TABLE document (
    id BLOB PRIMARY KEY,
    subject BLOB NOT NULL,
    district TEXT NOT NULL REFERENCES district (code),
    snapshot BLOB NOT NULL,
    snapshot_number INTEGER NOT NULL,
    last_number INTEGER NOT NULL
) STRICT;
CREATE INDEX document_by_subject ON document (subject);

CREATE TABLE assignment (
    subject BLOB NOT NULL,
    user BLOB NOT NULL REFERENCES user (id),
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (subject, user)
) STRICT, WITHOUT ROWID;

-- What a user may read now, and since which entry of the log.
CREATE TABLE granted (
    user BLOB NOT NULL,
    document BLOB NOT NULL,
    since INTEGER NOT NULL,
    writable INTEGER NOT NULL,
    PRIMARY KEY (user, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX granted_by_document ON granted (document);

-- What a user could read and no longer can, and whether changes written before then may still come.
CREATE TABLE revoked (
    user BLOB NOT NULL,
    document BLOB NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    writable INTEGER NOT NULL,
    PRIMARY KEY (user, document)
) STRICT, WITHOUT ROWID;

-- An author that says it has destroyed its copy of what was revoked with entry `number`.
CREATE TABLE destroyed (
    author BLOB NOT NULL,
    document BLOB NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (author, document)
) STRICT, WITHOUT ROWID;

-- One ordered log for each district. kind: 1 change, 2 grant, 3 revocation, 4 author, 5 receipt.
CREATE TABLE log (
    district TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    document BLOB,
    user BLOB,
    author BLOB,
    seq INTEGER,
    hash BLOB,
    late INTEGER NOT NULL DEFAULT 0,
    bytes BLOB,
    PRIMARY KEY (district, number)
) STRICT;
CREATE UNIQUE INDEX log_change_by_sequence ON log (document, author, seq) WHERE kind = 1;
CREATE UNIQUE INDEX log_change_by_hash ON log (document, hash) WHERE kind = 1;
CREATE INDEX log_change_by_number ON log (document, number) WHERE kind = 1;

CREATE TABLE receipt (
    district TEXT NOT NULL,
    number INTEGER NOT NULL,
    document BLOB NOT NULL,
    channel TEXT NOT NULL,
    upto INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (district, number)
) STRICT;
CREATE INDEX receipt_by_document ON receipt (document, number);

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    author BLOB NOT NULL,
    document BLOB NOT NULL,
    code INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (author, document, hash)
) STRICT;

-- What was done, by whom, chained by hash: a row taken out or changed shows.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    deed TEXT NOT NULL,
    user BLOB,
    author BLOB,
    document BLOB,
    detail TEXT NOT NULL,
    chain BLOB NOT NULL
) STRICT;

CREATE TABLE institution (
    id BLOB PRIMARY KEY,
    district TEXT NOT NULL REFERENCES district (code),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    capacity INTEGER NOT NULL
) STRICT;

-- Subjects whose documents have changed since they were last folded into tables.
CREATE TABLE unfolded (
    subject BLOB PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What lists and channels need of a case: no name, no address, no statement. A projection, rebuildable from the log.
CREATE TABLE case_row (
    subject BLOB PRIMARY KEY,
    district TEXT NOT NULL,
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    urgency TEXT NOT NULL,
    opened_at_ms INTEGER,
    upto INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    facts TEXT NOT NULL
) STRICT;
CREATE INDEX case_row_by_district ON case_row (district, urgency);

-- What is still to be told to a channel: one row for each subject, the latest state.
CREATE TABLE outbox (
    channel TEXT NOT NULL,
    subject BLOB NOT NULL,
    district TEXT NOT NULL,
    document BLOB NOT NULL,
    message TEXT NOT NULL,
    upto INTEGER NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    trouble TEXT,
    PRIMARY KEY (channel, subject)
) STRICT;
CREATE INDEX outbox_by_time ON outbox (channel, next_ms);

-- The media each document's attachments name.
CREATE TABLE attachment (
    sha256 BLOB NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (sha256, document)
) STRICT, WITHOUT ROWID;

CREATE TABLE media (
    sha256 BLOB PRIMARY KEY,
    bytes INTEGER NOT NULL,
    complete INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
