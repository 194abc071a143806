-- What each channel was told last of each subject, under a number that only grows. `payload` is sealed with the record's key,
-- but where `retracts` says that the record was destroyed. `sent` says whether the hub sends it or the portal fetches it.
CREATE TABLE feed (
    channel TEXT NOT NULL,
    subject BLOB NOT NULL,
    number INTEGER NOT NULL,
    district TEXT NOT NULL,
    document BLOB NOT NULL,
    message TEXT NOT NULL,
    upto INTEGER NOT NULL,
    payload TEXT NOT NULL,
    sent INTEGER NOT NULL,
    retracts INTEGER NOT NULL,
    PRIMARY KEY (channel, subject)
) STRICT;
CREATE UNIQUE INDEX feed_by_number ON feed (channel, number);
CREATE UNIQUE INDEX feed_by_message ON feed (channel, message);
CREATE INDEX feed_by_subject ON feed (subject);
CREATE INDEX feed_in_plain ON feed (subject) WHERE NOT retracts AND substr(payload, 1, 8) <> 'sealed1:';

-- The last number of each channel's feed. Whoever takes the next stands in the channel's line until the end.
CREATE TABLE feed_head (
    channel TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Since when a message waits, and since when it is tried no more.
ALTER TABLE outbox ADD COLUMN since_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN dead_ms INTEGER;
UPDATE outbox SET since_ms = next_ms;

-- What waits was told last. What an older hub left in plain is not copied: it is delivered and gone.
INSERT INTO feed (channel, subject, number, district, document, message, upto, payload, sent, retracts)
SELECT o.channel, o.subject, row_number() OVER (PARTITION BY o.channel ORDER BY o.upto, o.subject), o.district, o.document,
       o.message, o.upto, o.payload, 1,
       (d.subject IS NOT NULL)
FROM outbox o LEFT JOIN destruction d ON d.subject = o.subject
WHERE d.subject IS NOT NULL OR substr(o.payload, 1, 8) = 'sealed1:';
INSERT INTO feed_head (channel, number) SELECT channel, max(number) FROM feed GROUP BY channel;

-- What dashboards read of cases, reports and institutions: codes and times, nothing that names or tells.
CREATE TABLE case_clock (
    subject BLOB NOT NULL,
    clock TEXT NOT NULL,
    instance TEXT NOT NULL,
    due_ms INTEGER,
    stopped_ms INTEGER,
    extended INTEGER NOT NULL,
    PRIMARY KEY (subject, clock, instance)
) STRICT, WITHOUT ROWID;
CREATE TABLE case_placement (
    subject BLOB NOT NULL,
    place INTEGER NOT NULL,
    place_kind TEXT NOT NULL,
    since_ms INTEGER,
    until_ms INTEGER,
    PRIMARY KEY (subject, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE missing_row (
    subject BLOB PRIMARY KEY,
    district TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    reported_ms INTEGER,
    traced_ms INTEGER,
    restored_ms INTEGER,
    closed_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE institution_row (
    subject BLOB PRIMARY KEY,
    district TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    capacity INTEGER,
    present INTEGER,
    free_beds INTEGER
) STRICT, WITHOUT ROWID;

-- What other systems posted: the record that began with it, and the sealed hash of what was said.
CREATE TABLE post (
    subject BLOB PRIMARY KEY,
    channel TEXT NOT NULL,
    content BLOB NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Signed posts that were refused, sealed, for a person to look at.
CREATE TABLE post_refused (
    id BLOB PRIMARY KEY,
    channel TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX post_refused_by_time ON post_refused (at_ms);

-- The views that dashboards read: their names and columns stay, whatever becomes of the tables behind them.
CREATE VIEW dashboard_cases AS
SELECT lower(hex(subject)) AS case_id, district, kind, stage, urgency,
       strftime('%Y-%m-%dT%H:%M:%SZ', opened_at_ms / 1000, 'unixepoch') AS opened_at, strftime('%Y-%m-%dT%H:%M:%SZ', changed_ms / 1000, 'unixepoch') AS changed_at
FROM case_row;
CREATE VIEW dashboard_clocks AS
SELECT lower(hex(c.subject)) AS case_id, r.district, r.kind, c.clock, c.instance,
       strftime('%Y-%m-%dT%H:%M:%SZ', c.due_ms / 1000, 'unixepoch') AS due_at, strftime('%Y-%m-%dT%H:%M:%SZ', c.stopped_ms / 1000, 'unixepoch') AS stopped_at, c.extended,
       CASE WHEN c.stopped_ms IS NULL THEN NULL WHEN c.due_ms IS NULL THEN NULL ELSE c.stopped_ms <= c.due_ms END AS in_time
FROM case_clock c JOIN case_row r ON r.subject = c.subject;
CREATE VIEW dashboard_placements AS
SELECT lower(hex(p.subject)) AS case_id, r.district, r.kind, p.place, p.place_kind,
       strftime('%Y-%m-%dT%H:%M:%SZ', p.since_ms / 1000, 'unixepoch') AS since_at, strftime('%Y-%m-%dT%H:%M:%SZ', p.until_ms / 1000, 'unixepoch') AS until_at
FROM case_placement p JOIN case_row r ON r.subject = p.subject;
CREATE VIEW dashboard_missing AS
SELECT lower(hex(subject)) AS report_id, district, kind, status,
       strftime('%Y-%m-%dT%H:%M:%SZ', reported_ms / 1000, 'unixepoch') AS reported_at, strftime('%Y-%m-%dT%H:%M:%SZ', traced_ms / 1000, 'unixepoch') AS traced_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', restored_ms / 1000, 'unixepoch') AS restored_at, strftime('%Y-%m-%dT%H:%M:%SZ', closed_ms / 1000, 'unixepoch') AS closed_at
FROM missing_row;
CREATE VIEW dashboard_institutions AS
SELECT lower(hex(subject)) AS institution_id, district, name, kind, capacity, present, free_beds
FROM institution_row;
CREATE VIEW dashboard_deliveries AS
SELECT channel, count(*) AS waiting, count(dead_ms) AS dead, strftime('%Y-%m-%dT%H:%M:%SZ', min(since_ms) / 1000, 'unixepoch') AS oldest_since
FROM outbox GROUP BY channel;

-- Every subject once more into tables, beside the daily work; channels are told only what differs from what they know.
INSERT OR REPLACE INTO unfolded (subject, number)
SELECT subject, max(last_number) FROM document GROUP BY subject HAVING max(last_number) > 0;
