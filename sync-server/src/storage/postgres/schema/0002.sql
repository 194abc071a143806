-- What the documents tell of children, for comparing: open reports of missing children, which the devices of a state have
-- as an index (sort 1), and every case (sort 2). A projection, rebuildable from the log. A report that is closed stays
-- without its entry, so that devices hear of it.
CREATE TABLE report (
    subject BYTEA PRIMARY KEY,
    state TEXT NOT NULL,
    district TEXT NOT NULL,
    sort SMALLINT NOT NULL,
    number BIGINT NOT NULL,
    entry BYTEA
);
CREATE UNIQUE INDEX report_by_number ON report (state, sort, number);

-- `last_number` numbers the reports of a state, in the transaction that writes one; up to `matched` each was compared with
-- all.
CREATE TABLE report_line (
    state TEXT PRIMARY KEY,
    last_number BIGINT NOT NULL,
    matched BIGINT NOT NULL DEFAULT 0
);

-- Two records of a state that may be about one child, the lower id first, and what people decided in a case about another.
CREATE TABLE match_proposal (
    one BYTEA NOT NULL,
    other BYTEA NOT NULL,
    percent SMALLINT NOT NULL,
    agreed TEXT NOT NULL,
    PRIMARY KEY (one, other)
);
CREATE INDEX match_proposal_by_other ON match_proposal (other);
CREATE TABLE match_decision (
    subject BYTEA NOT NULL,
    other BYTEA NOT NULL,
    decision TEXT NOT NULL,
    agreed TEXT NOT NULL,
    PRIMARY KEY (subject, other)
);

-- What was folded before there were reports is folded once more.
INSERT INTO unfolded (subject, number)
    SELECT subject, max(last_number) FROM document GROUP BY subject HAVING max(last_number) > 0
    ON CONFLICT DO NOTHING;
