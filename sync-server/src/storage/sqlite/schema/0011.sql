-- Refused uploads that a person has decided about. What is refused for good keeps its row without its bytes (E5 01 and
-- nothing behind it), so that the same bytes are known when they come again.
ALTER TABLE quarantine ADD COLUMN refused_ms INTEGER;

-- Changes that were refused at first: the log tells these to their author, too.
CREATE TABLE released (
    document BLOB NOT NULL,
    author BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (document, author, seq)
) STRICT, WITHOUT ROWID;

-- The end of its district's log when an author was last heard: how far behind its device is, is counted from there.
ALTER TABLE author ADD COLUMN seen_number INTEGER;
