-- When an object began to arrive: what is not whole after its days is forgotten. What is on its way now has all of them before it.
ALTER TABLE media ADD COLUMN begun_ms BIGINT NOT NULL DEFAULT 0;
UPDATE media SET begun_ms = floor(extract(epoch FROM now()) * 1000)::BIGINT WHERE NOT complete;
CREATE INDEX media_unfinished ON media (begun_ms) WHERE NOT complete;
