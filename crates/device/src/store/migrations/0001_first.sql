-- The store of one user on one tablet. Times are milliseconds since 1970, UTC; ids are their raw bytes.

-- Settings and marks: who this is, the hub, the cursor.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A document: the snapshot, with the changes since in `increment`.
CREATE TABLE document (
    row        INTEGER PRIMARY KEY,
    id         BLOB    NOT NULL UNIQUE CHECK (length(id) = 17),
    subject    BLOB    NOT NULL CHECK (length(subject) = 16),
    snapshot   BLOB    NOT NULL,
    -- Registers with more than one live value.
    clashes    INTEGER NOT NULL DEFAULT 0,
    -- Whether the hub lets this officer write; what was begun here is writable until the hub says otherwise.
    writable   INTEGER NOT NULL DEFAULT 1 CHECK (writable IN (0, 1)),
    -- The highest log number of anybody else's change that is in the document.
    hub_number INTEGER NOT NULL DEFAULT 0,
    -- 1 from the moment the hub took the grant back until what was not sent is handed in.
    leaving    INTEGER NOT NULL DEFAULT 0 CHECK (leaving IN (0, 1))
) STRICT;
CREATE INDEX document_by_subject ON document (subject, clashes);
CREATE INDEX document_leaving ON document (id) WHERE leaving = 1;

CREATE TABLE increment (
    document INTEGER NOT NULL REFERENCES document (row) ON DELETE CASCADE,
    n        INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    PRIMARY KEY (document, n)
) STRICT, WITHOUT ROWID;

-- Every change made here and how far it came. `bytes` stays until the hub has said that it has them.
CREATE TABLE own_change (
    n        INTEGER PRIMARY KEY AUTOINCREMENT,
    document BLOB    NOT NULL CHECK (length(document) = 17),
    subject  BLOB    NOT NULL CHECK (length(subject) = 16),
    -- The same words in two cases within a second are the same bytes: a change is named by its case and its hash.
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    action   TEXT    NOT NULL,
    made_ms  INTEGER NOT NULL,
    bytes    BLOB,
    -- The hub's log number, once it has said so.
    number   INTEGER,
    late     INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
    -- The hub's reason for not taking it.
    refused  INTEGER,
    UNIQUE (subject, hash),
    CHECK (number IS NOT NULL OR bytes IS NOT NULL),
    CHECK (number IS NULL OR refused IS NULL)
) STRICT;
CREATE INDEX own_change_waiting ON own_change (subject) WHERE number IS NULL AND refused IS NULL;
CREATE INDEX own_change_refused ON own_change (subject) WHERE refused IS NOT NULL;
CREATE INDEX own_change_by_subject ON own_change (subject, n);

-- What a portal said about a case, by channel.
CREATE TABLE receipt (
    subject       BLOB    NOT NULL CHECK (length(subject) = 16),
    channel       TEXT    NOT NULL,
    accepted_upto INTEGER,
    reference     TEXT,
    accepted_ms   INTEGER,
    rejected_upto INTEGER,
    reason        TEXT,
    rejected_ms   INTEGER,
    PRIMARY KEY (subject, channel)
) STRICT, WITHOUT ROWID;

-- Who wrote what: the district's authors.
CREATE TABLE author (
    author BLOB NOT NULL PRIMARY KEY CHECK (length(author) = 16),
    user   BLOB NOT NULL CHECK (length(user) = 16),
    name   TEXT NOT NULL,
    role   TEXT NOT NULL,
    device TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Documents destroyed here, of which the hub has not yet heard.
CREATE TABLE destroyed (
    document BLOB NOT NULL PRIMARY KEY CHECK (length(document) = 17)
) STRICT, WITHOUT ROWID;

-- Changes of others that this app cannot take in (yet): never dropped, tried again with whatever comes next.
CREATE TABLE set_aside (
    document    BLOB    NOT NULL CHECK (length(document) = 17),
    number      INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    bytes       BLOB    NOT NULL,
    reason      TEXT    NOT NULL,
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;

-- Projection: what lists show of a case. Rebuilt from the documents when `meta.projection` is not this app's.
CREATE TABLE case_card (
    subject        BLOB    NOT NULL PRIMARY KEY CHECK (length(subject) = 16),
    number         TEXT    NOT NULL DEFAULT '',
    kind           TEXT    NOT NULL DEFAULT '',
    stage          TEXT    NOT NULL DEFAULT '',
    urgency        TEXT    NOT NULL DEFAULT '',
    ground         TEXT    NOT NULL DEFAULT '',
    -- 0 emergencies, 1 the others, 2 closed cases; within these by the next clock.
    pressing       INTEGER NOT NULL DEFAULT 1,
    clock          TEXT    NOT NULL DEFAULT '',
    started_ms     INTEGER NOT NULL DEFAULT 0,
    -- The largest integer where no clock runs, so that those cases come last.
    due_ms         INTEGER NOT NULL DEFAULT 9223372036854775807,
    tasks_open     INTEGER NOT NULL DEFAULT 0,
    initials       TEXT    NOT NULL DEFAULT '',
    birth_date     TEXT,
    age_stated     INTEGER,
    sex            TEXT,
    changed_ms     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX case_card_in_order ON case_card (pressing, due_ms, subject);

-- Find as you type. Vowel signs (Mn, Mc) belong to their letter: without them a Devanagari word falls to pieces.
CREATE VIRTUAL TABLE case_text USING fts5 (
    words,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'",
    prefix = '1 2 3'
);

-- Pictures: what is here, what the hub still lacks and what is still to be fetched.
CREATE TABLE media (
    sha     BLOB    NOT NULL PRIMARY KEY CHECK (length(sha) = 32),
    -- 0 thumbnail, 1 field copy, 2 full: also the order in which they travel.
    size    INTEGER NOT NULL CHECK (size IN (0, 1, 2)),
    subject BLOB    NOT NULL CHECK (length(subject) = 16),
    bytes   BLOB,
    -- 1 until the hub has the bytes.
    unsent  INTEGER NOT NULL DEFAULT 0 CHECK (unsent IN (0, 1)),
    -- 1 until the bytes are here; a full picture is wanted only when somebody asks for it.
    wanted  INTEGER NOT NULL DEFAULT 0 CHECK (wanted IN (0, 1)),
    CHECK (bytes IS NOT NULL OR unsent = 0)
) STRICT;
CREATE INDEX media_unsent ON media (size) WHERE unsent = 1;
CREATE INDEX media_wanted ON media (size) WHERE wanted = 1;
CREATE INDEX media_by_subject ON media (subject);

-- Who opened, revealed or wrote what. Each row's hash covers the row before.
CREATE TABLE access_log (
    n       INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    action  TEXT    NOT NULL,
    subject BLOB,
    detail  TEXT    NOT NULL,
    hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
