-- Who works at what, so that of several processes one folds a subject and one delivers a parcel. A hold whose time is
-- up is nobody's.
ALTER TABLE unfolded ADD COLUMN worker BLOB;
ALTER TABLE unfolded ADD COLUMN held_until_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN worker BLOB;
ALTER TABLE outbox ADD COLUMN held_until_ms INTEGER NOT NULL DEFAULT 0;
