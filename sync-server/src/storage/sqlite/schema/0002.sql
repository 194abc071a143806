-- Packs that were published beside those the hub ships with. A scope (`national` or a state's code) has one in force:
-- the one of the highest number. Going back to an older text is a new number, so that devices take it.
CREATE TABLE pack (
    scope TEXT NOT NULL,
    number INTEGER NOT NULL,
    version TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    -- The whole signed file, as devices fetch it.
    signed BLOB NOT NULL,
    published_ms INTEGER NOT NULL,
    PRIMARY KEY (scope, number)
) STRICT;
CREATE UNIQUE INDEX pack_by_hash ON pack (sha256);
