-- How long a vault opens without the hub, and the age recipient that devices of the district seal their keys to.
ALTER TABLE district ADD COLUMN lease_days INTEGER NOT NULL DEFAULT 14;
ALTER TABLE district ADD COLUMN recovery TEXT;

-- Whether a shut-out author's last work is judged like anybody's, and when its device said that it destroys everything.
ALTER TABLE author ADD COLUMN hand_in INTEGER NOT NULL DEFAULT 0;
ALTER TABLE author ADD COLUMN destroyed_ms INTEGER;

-- Devices that ask the district to open their vault. The request names itself by its hash; one for each author.
CREATE TABLE recovery (
    author BLOB PRIMARY KEY REFERENCES author (id),
    id BLOB NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    request BLOB NOT NULL,
    answer BLOB,
    answered_ms INTEGER
) STRICT;
