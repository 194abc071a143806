-- The first schema on PostgreSQL: what the embedded store has after its fifth. Ids are 16 bytes, documents 17; times are
-- milliseconds since 1970-01-01 UTC; numbers of logs are never negative.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

-- `last_number` numbers the district's log. It grows in the transaction that writes the entry, under the lock of this row,
-- so that no reader ever sees a gap that fills later. The row is written with every entry: room beside it keeps its
-- versions on one page.
CREATE TABLE district (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    last_number BIGINT NOT NULL DEFAULT 0,
    lease_days BIGINT NOT NULL DEFAULT 14,
    recovery TEXT
) WITH (fillfactor = 20);

CREATE TABLE users (
    id BYTEA PRIMARY KEY,
    district TEXT NOT NULL REFERENCES district (code),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE INDEX users_by_district ON users (district);

CREATE TABLE author (
    id BYTEA PRIMARY KEY,
    user_id BYTEA NOT NULL REFERENCES users (id),
    public_key BYTEA NOT NULL,
    device TEXT NOT NULL,
    enrolled_ms BIGINT NOT NULL,
    revoked_ms BIGINT,
    seen_ms BIGINT,
    app_version TEXT,
    hand_in BOOLEAN NOT NULL DEFAULT FALSE,
    destroyed_ms BIGINT
);
CREATE INDEX author_by_user ON author (user_id);

-- A code is kept as its hash: who reads the database enrols nobody.
CREATE TABLE enrol_code (
    hash BYTEA PRIMARY KEY,
    user_id BYTEA NOT NULL REFERENCES users (id),
    expires_ms BIGINT NOT NULL,
    used_by BYTEA
);

CREATE TABLE opening (
    author BYTEA NOT NULL,
    nonce BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (author, nonce)
);
CREATE INDEX opening_by_time ON opening (at_ms);

CREATE TABLE media_token (
    hash BYTEA PRIMARY KEY,
    author BYTEA NOT NULL,
    ends_ms BIGINT NOT NULL
);
CREATE INDEX media_token_by_end ON media_token (ends_ms);
CREATE INDEX media_token_by_author ON media_token (author);

-- `snapshot` holds every change up to `snapshot_number`; empty is a document in which nothing has been written.
CREATE TABLE document (
    id BYTEA PRIMARY KEY,
    subject BYTEA NOT NULL,
    district TEXT NOT NULL REFERENCES district (code),
    snapshot BYTEA NOT NULL,
    snapshot_number BIGINT NOT NULL,
    last_number BIGINT NOT NULL
);
CREATE INDEX document_by_subject ON document (subject);
CREATE INDEX document_by_district ON document (district);

CREATE TABLE assignment (
    subject BYTEA NOT NULL,
    user_id BYTEA NOT NULL REFERENCES users (id),
    since_ms BIGINT NOT NULL,
    PRIMARY KEY (subject, user_id)
);

-- What a user may read now, and since which entry of the log.
CREATE TABLE granted (
    user_id BYTEA NOT NULL,
    document BYTEA NOT NULL,
    since BIGINT NOT NULL,
    writable BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, document)
);
CREATE INDEX granted_by_document ON granted (document);

-- What a user could read and no longer can, and whether changes written before then may still come.
CREATE TABLE revoked (
    user_id BYTEA NOT NULL,
    document BYTEA NOT NULL,
    number BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    writable BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, document)
);

-- An author that says it has destroyed its copy of what was revoked with entry `number`.
CREATE TABLE destroyed (
    author BYTEA NOT NULL,
    document BYTEA NOT NULL,
    number BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (author, document)
);

-- One ordered log for each district. kind: 1 change, 2 grant, 3 revocation, 4 author, 5 receipt.
CREATE TABLE log (
    district TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    at_ms BIGINT NOT NULL,
    document BYTEA,
    user_id BYTEA,
    author BYTEA,
    seq BIGINT,
    hash BYTEA,
    late BOOLEAN NOT NULL DEFAULT FALSE,
    bytes BYTEA,
    PRIMARY KEY (district, number)
);
CREATE UNIQUE INDEX log_change_by_sequence ON log (document, author, seq) WHERE kind = 1;
CREATE UNIQUE INDEX log_change_by_hash ON log (document, hash) WHERE kind = 1;
CREATE INDEX log_change_by_number ON log (document, number) WHERE kind = 1;

CREATE TABLE receipt (
    district TEXT NOT NULL,
    number BIGINT NOT NULL,
    document BYTEA NOT NULL,
    channel TEXT NOT NULL,
    upto BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    accepted BOOLEAN NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (district, number)
);
CREATE INDEX receipt_by_document ON receipt (document, number);

CREATE TABLE quarantine (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    author BYTEA NOT NULL,
    document BYTEA NOT NULL,
    code BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    bytes BYTEA NOT NULL,
    UNIQUE (author, document, hash)
);

-- What was done, by whom. A row is written with what it tells of; it is linked into the one chain of the whole database
-- soon after, by one process at a time, in the order of `id` among those that stand. So districts need not wait for each
-- other, and a row taken out or changed shows.
CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    deed TEXT NOT NULL,
    user_id BYTEA,
    author BYTEA,
    document BYTEA,
    detail TEXT NOT NULL,
    link BIGINT UNIQUE,
    chain BYTEA
);
CREATE INDEX audit_to_link ON audit (id) WHERE link IS NULL;

CREATE TABLE institution (
    id BYTEA PRIMARY KEY,
    district TEXT NOT NULL REFERENCES district (code),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    capacity BIGINT NOT NULL
);
CREATE INDEX institution_by_district ON institution (district);

-- Subjects whose documents have changed since they were last folded into tables, and who folds them.
CREATE TABLE unfolded (
    subject BYTEA PRIMARY KEY,
    number BIGINT NOT NULL,
    worker BYTEA,
    held_until_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX unfolded_by_number ON unfolded (number, subject);

-- What lists and channels need of a case: no name, no address, no statement. A projection, rebuildable from the log.
CREATE TABLE case_row (
    subject BYTEA PRIMARY KEY,
    district TEXT NOT NULL,
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    urgency TEXT NOT NULL,
    opened_at_ms BIGINT,
    upto BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    facts TEXT NOT NULL
);
CREATE INDEX case_row_by_district ON case_row (district, urgency);

-- What is still to be told to a channel: one row for each subject, the latest state; and who delivers it.
CREATE TABLE outbox (
    channel TEXT NOT NULL,
    subject BYTEA NOT NULL,
    district TEXT NOT NULL,
    document BYTEA NOT NULL,
    message TEXT NOT NULL,
    upto BIGINT NOT NULL,
    payload TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_ms BIGINT NOT NULL,
    trouble TEXT,
    worker BYTEA,
    held_until_ms BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (channel, subject)
);
CREATE INDEX outbox_by_time ON outbox (channel, next_ms);

-- The media each document's attachments name.
CREATE TABLE attachment (
    sha256 BYTEA NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (sha256, document)
);

CREATE TABLE media (
    sha256 BYTEA PRIMARY KEY,
    bytes BIGINT NOT NULL,
    complete BOOLEAN NOT NULL
);

-- Packs that were published beside those the hub ships with. A scope (`national` or a state's code) has one in force:
-- the one of the highest number. Going back to an older text is a new number, so that devices take it.
CREATE TABLE pack (
    scope TEXT NOT NULL,
    number BIGINT NOT NULL,
    version TEXT NOT NULL,
    sha256 BYTEA NOT NULL UNIQUE,
    -- The whole signed file, as devices fetch it.
    signed BYTEA NOT NULL,
    published_ms BIGINT NOT NULL,
    PRIMARY KEY (scope, number)
);

-- What each author's device says was opened, revealed, looked for and refused on it, as it came. Rows are only added;
-- whether they hold together is read out of them. Words are UTF-8 as bytes, because the hash is over every one of them.
CREATE TABLE access_log (
    author BYTEA NOT NULL,
    n BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    action BYTEA NOT NULL,
    subject BYTEA,
    detail BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    received_ms BIGINT NOT NULL,
    PRIMARY KEY (author, n)
);
CREATE INDEX access_log_by_subject ON access_log (subject, at_ms);

-- Devices that ask the district to open their vault. The request names itself by its hash; one for each author.
CREATE TABLE recovery (
    author BYTEA PRIMARY KEY REFERENCES author (id),
    id BYTEA NOT NULL UNIQUE,
    at_ms BIGINT NOT NULL,
    request BYTEA NOT NULL,
    answer BYTEA,
    answered_ms BIGINT
);
