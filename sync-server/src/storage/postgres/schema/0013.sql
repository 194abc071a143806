-- Who is on duty: days and hours of India, languages, where they set out from. `days` as it is written, `2026-12-01..2026-12-05`.
CREATE TABLE roster (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    district TEXT NOT NULL,
    user_id BYTEA NOT NULL,
    days TEXT NOT NULL,
    from_minute BIGINT NOT NULL,
    to_minute BIGINT NOT NULL,
    languages TEXT NOT NULL,
    north DOUBLE PRECISION,
    east DOUBLE PRECISION
);
CREATE INDEX roster_by_district ON roster (district, user_id);

-- Referrals of helplines. `next_ms`: when somebody is asked next; NULL where there is nothing more to do. `steps`: how many
-- were asked.
CREATE TABLE referral (
    subject BYTEA PRIMARY KEY,
    district TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    steps BIGINT NOT NULL DEFAULT 0,
    next_ms BIGINT,
    answered_ms BIGINT
);
CREATE INDEX referral_due ON referral (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX referral_open ON referral (since_ms) WHERE answered_ms IS NULL;

-- Who was asked to take a referral up, why, until when they are waited for, and which number of the log their device must have
-- read to know. `noted` says whether it stands in the case, too.
CREATE TABLE asking (
    subject BYTEA NOT NULL,
    step BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    why TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    until_ms BIGINT,
    number BIGINT NOT NULL,
    noted BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (subject, step)
);
CREATE INDEX asking_by_user ON asking (user_id, at_ms);
CREATE INDEX asking_to_note ON asking (at_ms) WHERE NOT noted;
