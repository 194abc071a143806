-- Documents that name media which others have brought, by users who may not read theirs. Each becomes an attachment when somebody
-- who may write the document has brought the same bytes once more; until then these come under `name`.
CREATE TABLE media_claim (
    sha256 BLOB NOT NULL,
    document BLOB NOT NULL,
    name BLOB NOT NULL,
    PRIMARY KEY (sha256, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_claim_by_document ON media_claim (document);
