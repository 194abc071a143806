-- 1 where the hub has told what the list shows of a case, and its documents are still to come.
ALTER TABLE case_card ADD COLUMN on_its_way INTEGER NOT NULL DEFAULT 0 CHECK (on_its_way IN (0, 1));
CREATE INDEX case_card_on_its_way ON case_card (subject) WHERE on_its_way = 1;

-- What has come of the one large document that is on its way: pieces of what the hub packed, kept so that a cut costs one.
CREATE TABLE piece (
    part     INTEGER NOT NULL PRIMARY KEY,
    parts    INTEGER NOT NULL,
    document BLOB    NOT NULL CHECK (length(document) = 17),
    upto     INTEGER NOT NULL,
    digest   BLOB    NOT NULL CHECK (length(digest) = 8),
    bytes    BLOB    NOT NULL
) STRICT;
