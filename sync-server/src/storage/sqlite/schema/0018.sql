-- By whom a provider of sign-in elsewhere knows a member of staff. `only_so`: no passphrase lets them in.
CREATE TABLE staff_link (
    staff BLOB PRIMARY KEY REFERENCES staff (id),
    issuer TEXT NOT NULL,
    claim TEXT NOT NULL,
    value TEXT NOT NULL,
    only_so INTEGER NOT NULL,
    UNIQUE (issuer, claim, value)
) STRICT, WITHOUT ROWID;

-- Sign-ins elsewhere that have come to their end, by their hashes: none does so twice.
CREATE TABLE staff_return (
    hash BLOB PRIMARY KEY,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_return_by_time ON staff_return (at_ms);

-- How a session began: 0 with a passphrase and a code, 1 elsewhere.
ALTER TABLE staff_session ADD COLUMN way INTEGER NOT NULL DEFAULT 0;

-- What was posted, sealed, until its record has begun: whatever ended the hub that took it, another begins it.
ALTER TABLE post ADD COLUMN body BLOB;
CREATE INDEX post_unbegun ON post (at_ms) WHERE body IS NOT NULL;
