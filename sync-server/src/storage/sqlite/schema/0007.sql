-- When an object began to arrive: what is not whole after its days is forgotten. What is on its way now has all of them before it.
ALTER TABLE media ADD COLUMN begun_ms INTEGER NOT NULL DEFAULT 0;
UPDATE media SET begun_ms = unixepoch() * 1000 WHERE complete = 0;
CREATE INDEX media_unfinished ON media (begun_ms) WHERE complete = 0;
