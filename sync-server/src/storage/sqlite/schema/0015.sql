-- Up to which number the changes of a district's log may lie in an archive. Whoever stands before it begins anew.
ALTER TABLE district ADD COLUMN archived_upto INTEGER NOT NULL DEFAULT 0;
-- Behind which number an author still reads the log. Whoever never opened a request will begin with documents as they stand then.
ALTER TABLE author ADD COLUMN reads_after INTEGER;
-- Those who did before this was noted are taken to need all of it until they are heard again.
UPDATE author SET reads_after = 0;
