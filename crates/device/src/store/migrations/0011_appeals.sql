-- What the officer asked the district about refused words, and how it stands: 0 asked, 1 noted there, 2 granted, 3 declined, 4 no
-- room there now. `at_ms` is the hub's time of that.
CREATE TABLE appeal (
    document BLOB    NOT NULL CHECK (length(document) = 17),
    plea     INTEGER NOT NULL,
    asked_s  INTEGER NOT NULL,
    state    INTEGER NOT NULL DEFAULT 0,
    at_ms    INTEGER,
    words    TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (document, plea)
) STRICT, WITHOUT ROWID;
