-- Who is on duty: days and hours of India, languages, where they set out from. `days` as it is written, `2026-12-01..2026-12-05`.
CREATE TABLE roster (
    id INTEGER PRIMARY KEY,
    district TEXT NOT NULL,
    user BLOB NOT NULL,
    days TEXT NOT NULL,
    from_minute INTEGER NOT NULL,
    to_minute INTEGER NOT NULL,
    languages TEXT NOT NULL,
    north REAL,
    east REAL
) STRICT;
CREATE INDEX roster_by_district ON roster (district, user);

-- Referrals of helplines. `next_ms`: when somebody is asked next; NULL where there is nothing more to do. `steps`: how many
-- were asked.
CREATE TABLE referral (
    subject BLOB PRIMARY KEY,
    district TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    steps INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER,
    answered_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX referral_due ON referral (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX referral_open ON referral (since_ms) WHERE answered_ms IS NULL;

-- Who was asked to take a referral up, why, until when they are waited for, and which number of the log their device must have
-- read to know. `noted` says whether it stands in the case, too.
CREATE TABLE asking (
    subject BLOB NOT NULL,
    step INTEGER NOT NULL,
    user BLOB NOT NULL,
    why TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    until_ms INTEGER,
    number INTEGER NOT NULL,
    noted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX asking_by_user ON asking (user, at_ms);
CREATE INDEX asking_to_note ON asking (at_ms) WHERE NOT noted;
