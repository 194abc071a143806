-- What each channel was told last of each subject, under a number that only grows. `payload` is sealed with the record's key,
-- but where `retracts` says that the record was destroyed. `sent` says whether the hub sends it or the portal fetches it.
CREATE TABLE feed (
    channel TEXT NOT NULL,
    subject BYTEA NOT NULL,
    number BIGINT NOT NULL,
    district TEXT NOT NULL,
    document BYTEA NOT NULL,
    message TEXT NOT NULL,
    upto BIGINT NOT NULL,
    payload TEXT NOT NULL,
    sent BOOLEAN NOT NULL,
    retracts BOOLEAN NOT NULL,
    PRIMARY KEY (channel, subject)
);
CREATE UNIQUE INDEX feed_by_number ON feed (channel, number);
CREATE UNIQUE INDEX feed_by_message ON feed (channel, message);
CREATE INDEX feed_by_subject ON feed (subject);
CREATE INDEX feed_in_plain ON feed (subject) WHERE NOT retracts AND substring(payload FROM 1 FOR 8) <> 'sealed1:';

-- The last number of each channel's feed. Whoever takes the next stands in the channel's line until the end.
CREATE TABLE feed_head (
    channel TEXT PRIMARY KEY,
    number BIGINT NOT NULL
);

-- Since when a message waits, and since when it is tried no more.
ALTER TABLE outbox ADD COLUMN since_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN dead_ms BIGINT;
UPDATE outbox SET since_ms = next_ms;

-- What waits was told last. What an older hub left in plain is not copied: it is delivered and gone.
INSERT INTO feed (channel, subject, number, district, document, message, upto, payload, sent, retracts)
SELECT o.channel, o.subject, row_number() OVER (PARTITION BY o.channel ORDER BY o.upto, o.subject), o.district, o.document,
       o.message, o.upto, o.payload, TRUE,
       (d.subject IS NOT NULL)
FROM outbox o LEFT JOIN destruction d ON d.subject = o.subject
WHERE d.subject IS NOT NULL OR substring(o.payload FROM 1 FOR 8) = 'sealed1:';
INSERT INTO feed_head (channel, number) SELECT channel, max(number) FROM feed GROUP BY channel;

-- What dashboards read of cases, reports and institutions: codes and times, nothing that names or tells.
CREATE TABLE case_clock (
    subject BYTEA NOT NULL,
    clock TEXT NOT NULL,
    instance TEXT NOT NULL,
    due_ms BIGINT,
    stopped_ms BIGINT,
    extended BOOLEAN NOT NULL,
    PRIMARY KEY (subject, clock, instance)
);
CREATE TABLE case_placement (
    subject BYTEA NOT NULL,
    place BIGINT NOT NULL,
    place_kind TEXT NOT NULL,
    since_ms BIGINT,
    until_ms BIGINT,
    PRIMARY KEY (subject, place)
);
CREATE TABLE missing_row (
    subject BYTEA PRIMARY KEY,
    district TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    reported_ms BIGINT,
    traced_ms BIGINT,
    restored_ms BIGINT,
    closed_ms BIGINT
);
CREATE TABLE institution_row (
    subject BYTEA PRIMARY KEY,
    district TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    capacity BIGINT,
    present BIGINT,
    free_beds BIGINT
);

-- What other systems posted: the record that began with it, and the sealed hash of what was said.
CREATE TABLE post (
    subject BYTEA PRIMARY KEY,
    channel TEXT NOT NULL,
    content BYTEA NOT NULL,
    at_ms BIGINT NOT NULL
);

-- Signed posts that were refused, sealed, for a person to look at.
CREATE TABLE post_refused (
    id BYTEA PRIMARY KEY,
    channel TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX post_refused_by_time ON post_refused (at_ms);

-- The views that dashboards read: their names and columns stay, whatever becomes of the tables behind them.
CREATE VIEW dashboard_cases AS
SELECT encode(subject, 'hex') AS case_id, district, kind, stage, urgency,
       to_timestamp(opened_at_ms / 1000.0) AS opened_at, to_timestamp(changed_ms / 1000.0) AS changed_at
FROM case_row;
CREATE VIEW dashboard_clocks AS
SELECT encode(c.subject, 'hex') AS case_id, r.district, r.kind, c.clock, c.instance,
       to_timestamp(c.due_ms / 1000.0) AS due_at, to_timestamp(c.stopped_ms / 1000.0) AS stopped_at, c.extended,
       CASE WHEN c.stopped_ms IS NULL THEN NULL WHEN c.due_ms IS NULL THEN NULL ELSE c.stopped_ms <= c.due_ms END AS in_time
FROM case_clock c JOIN case_row r ON r.subject = c.subject;
CREATE VIEW dashboard_placements AS
SELECT encode(p.subject, 'hex') AS case_id, r.district, r.kind, p.place, p.place_kind,
       to_timestamp(p.since_ms / 1000.0) AS since_at, to_timestamp(p.until_ms / 1000.0) AS until_at
FROM case_placement p JOIN case_row r ON r.subject = p.subject;
CREATE VIEW dashboard_missing AS
SELECT encode(subject, 'hex') AS report_id, district, kind, status,
       to_timestamp(reported_ms / 1000.0) AS reported_at, to_timestamp(traced_ms / 1000.0) AS traced_at,
       to_timestamp(restored_ms / 1000.0) AS restored_at, to_timestamp(closed_ms / 1000.0) AS closed_at
FROM missing_row;
CREATE VIEW dashboard_institutions AS
SELECT encode(subject, 'hex') AS institution_id, district, name, kind, capacity, present, free_beds
FROM institution_row;
CREATE VIEW dashboard_deliveries AS
SELECT channel, count(*) AS waiting, count(dead_ms) AS dead, to_timestamp(min(since_ms) / 1000.0) AS oldest_since
FROM outbox GROUP BY channel;

-- Every subject once more into tables, beside the daily work; channels are told only what differs from what they know.
INSERT INTO unfolded (subject, number)
SELECT subject, max(last_number) FROM document GROUP BY subject HAVING max(last_number) > 0
ON CONFLICT (subject) DO UPDATE SET number = greatest(unfolded.number, excluded.number);
