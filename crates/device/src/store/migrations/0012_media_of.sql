-- Whose documents name a picture: the same bytes may be in two cases, and stay while one of them is here. `media.subject` is one of these.
CREATE TABLE media_of (
    sha     BLOB NOT NULL CHECK (length(sha) = 32),
    subject BLOB NOT NULL CHECK (length(subject) = 16),
    PRIMARY KEY (sha, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_of_subject ON media_of (subject);
INSERT INTO media_of (sha, subject) SELECT sha, subject FROM media;
CREATE TRIGGER media_is_named AFTER INSERT ON media BEGIN
    INSERT OR IGNORE INTO media_of (sha, subject) VALUES (NEW.sha, NEW.subject);
END;
CREATE TRIGGER media_is_gone AFTER DELETE ON media BEGIN
    DELETE FROM media_of WHERE sha = OLD.sha;
END;
