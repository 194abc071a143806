-- When the hub took in the changes of one author in one document that came folded in a grant, by the hub's clock: one time
-- of eight bytes, little endian, for each change from the author's number `first` on.
CREATE TABLE received_run (
    document BLOB    NOT NULL CHECK (length(document) = 17),
    author   BLOB    NOT NULL CHECK (length(author) = 16),
    first    INTEGER NOT NULL,
    times    BLOB    NOT NULL,
    PRIMARY KEY (document, author, first)
) STRICT, WITHOUT ROWID;
