-- What the photos of a record look like, 64 bytes each, one behind another: the same picture in two records is found across
-- districts without decoding any. Empty for whatever was folded before, until somebody adds a photo.
ALTER TABLE report ADD COLUMN looks bytea NOT NULL DEFAULT '';
