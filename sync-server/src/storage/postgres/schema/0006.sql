-- Records that were destroyed by law: what was ordered, by whom and under which section; never what was in the record. The
-- number names the certificate. `counts` is JSON of how much there was; `scrubbed_ms` says when the database's free room had
-- been cleared.
CREATE TABLE destruction (
    number BIGINT PRIMARY KEY,
    subject BYTEA NOT NULL UNIQUE,
    district TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    ordered_by TEXT NOT NULL,
    reference TEXT NOT NULL,
    section TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    counts TEXT NOT NULL,
    scrubbed_ms BIGINT
);

-- Media of destroyed records whose bytes still lie where media lie.
CREATE TABLE destruction_media (
    number BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    PRIMARY KEY (number, sha256)
);

-- Channels that had been told of the record, and what they answered when it was taken back.
CREATE TABLE destruction_channel (
    number BIGINT NOT NULL,
    channel TEXT NOT NULL,
    answered_ms BIGINT,
    accepted BOOLEAN,
    PRIMARY KEY (number, channel)
);

-- Copies of the file of record keys that hubs work with, and up to which destruction the keys are cut out of each.
CREATE TABLE key_copy (
    id BYTEA PRIMARY KEY,
    cut_upto BIGINT NOT NULL,
    at_ms BIGINT NOT NULL
);

-- What was kept in plain by hubs before this one, and is sealed step by step. Sealed bytes begin with E5 01; a change begins
-- with 85, a snapshot with 85 or a small number, a report with its version. What is sealed is in none of these indexes.
CREATE INDEX log_in_plain ON log (district, number) WHERE kind = 1 AND substring(bytes FROM 1 FOR 2) <> '\xe501';
CREATE INDEX document_in_plain ON document (id)
    WHERE length(snapshot) > 0 AND substring(snapshot FROM 1 FOR 2) <> '\xe501';
CREATE INDEX quarantine_in_plain ON quarantine (id) WHERE substring(bytes FROM 1 FOR 2) <> '\xe501';
CREATE INDEX report_in_plain ON report (subject) WHERE substring(entry FROM 1 FOR 2) <> '\xe501';
CREATE INDEX case_row_in_plain ON case_row (subject) WHERE substring(facts FROM 1 FOR 8) <> 'sealed1:';

-- Destroying finds what a document has by these.
CREATE INDEX attachment_by_document ON attachment (document);
CREATE INDEX quarantine_by_document ON quarantine (document);
CREATE INDEX revoked_by_document ON revoked (document);
