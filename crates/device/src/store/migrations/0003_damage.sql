-- Documents whose copy here does not load. Whatever is left of the copy stays until the hub has sent the document again;
-- until then nothing is written in it.
CREATE TABLE damaged (
    document BLOB    NOT NULL PRIMARY KEY CHECK (length(document) = 17),
    found_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Projection: what lists show of an institution. Rebuilt from the documents like `case_card`; the slices and clocks of
-- institutions stand in the same tables as those of cases.
CREATE TABLE institution_card (
    subject    BLOB    NOT NULL PRIMARY KEY CHECK (length(subject) = 16),
    name       TEXT    NOT NULL DEFAULT '',
    kind       TEXT    NOT NULL DEFAULT '',
    capacity   INTEGER,
    present    INTEGER,
    -- The clock that is due next, as JSON without the words of the pack.
    running    TEXT,
    changed_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
