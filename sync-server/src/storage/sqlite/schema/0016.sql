-- Who administers over HTTP. `passphrase` is stretched, `code_secret` sealed with the key of the id. A code is good once:
-- `code_step` is that of the last one. A missing district means all.
CREATE TABLE staff (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    district TEXT REFERENCES district (code),
    passphrase TEXT NOT NULL,
    code_secret BLOB NOT NULL,
    code_step INTEGER NOT NULL,
    wrong INTEGER NOT NULL,
    wrong_ms INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    signed_in_ms INTEGER,
    shut_out_ms INTEGER
) STRICT;

-- A session is kept as its hash: who reads the database is signed in nowhere.
CREATE TABLE staff_session (
    hash BLOB PRIMARY KEY,
    staff BLOB NOT NULL REFERENCES staff (id),
    began_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_session_by_staff ON staff_session (staff);
CREATE INDEX staff_session_by_time ON staff_session (began_ms);
