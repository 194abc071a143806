-- Documents whose copy here does not load. Whatever is left of the copy stays until the hub has sent the document again;
-- until then nothing is written in it.
CREATE TABLE damaged (
    document BLOB    NOT NULL PRIMARY KEY CHECK (length(document) = 17),
    found_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
