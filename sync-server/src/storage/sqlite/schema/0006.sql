-- What the documents tell of children, for comparing: open reports of missing children, which the devices of a state have
-- as an index (sort 1), and every case (sort 2). A projection, rebuildable from the log. A report that is closed stays
-- without its entry, so that devices hear of it.
CREATE TABLE report (
    subject BLOB PRIMARY KEY,
    state TEXT NOT NULL,
    district TEXT NOT NULL,
    sort INTEGER NOT NULL,
    number INTEGER NOT NULL,
    entry BLOB
) STRICT;
CREATE UNIQUE INDEX report_by_number ON report (state, sort, number);

-- `last_number` numbers the reports of a state, in the transaction that writes one; up to `matched` each was compared with
-- all.
CREATE TABLE report_line (
    state TEXT PRIMARY KEY,
    last_number INTEGER NOT NULL,
    matched INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Two records of a state that may be about one child, the lower id first, and what people decided in a case about another.
CREATE TABLE match_proposal (
    one BLOB NOT NULL,
    other BLOB NOT NULL,
    percent INTEGER NOT NULL,
    agreed TEXT NOT NULL,
    PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_proposal_by_other ON match_proposal (other);
CREATE TABLE match_decision (
    subject BLOB NOT NULL,
    other BLOB NOT NULL,
    decision TEXT NOT NULL,
    agreed TEXT NOT NULL,
    PRIMARY KEY (subject, other)
) STRICT, WITHOUT ROWID;

-- What was folded before there were reports is folded once more.
INSERT OR IGNORE INTO unfolded (subject, number)
    SELECT subject, max(last_number) FROM document GROUP BY subject HAVING max(last_number) > 0;
