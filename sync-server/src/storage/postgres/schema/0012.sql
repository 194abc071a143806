-- Who administers over HTTP. `passphrase` is stretched, `code_secret` sealed with the key of the id. A code is good once:
-- `code_step` is that of the last one. A missing district means all.
CREATE TABLE staff (
    id BYTEA PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    district TEXT REFERENCES district (code),
    passphrase TEXT NOT NULL,
    code_secret BYTEA NOT NULL,
    code_step BIGINT NOT NULL,
    wrong BIGINT NOT NULL,
    wrong_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    signed_in_ms BIGINT,
    shut_out_ms BIGINT
);

-- A session is kept as its hash: who reads the database is signed in nowhere.
CREATE TABLE staff_session (
    hash BYTEA PRIMARY KEY,
    staff BYTEA NOT NULL REFERENCES staff (id),
    began_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL
);
CREATE INDEX staff_session_by_staff ON staff_session (staff);
CREATE INDEX staff_session_by_time ON staff_session (began_ms);
