-- Documents that name media which others have brought, by users who may not read theirs. Each becomes an attachment when somebody
-- who may write the document has brought the same bytes once more; until then these come under `name`.
CREATE TABLE media_claim (
    sha256 BYTEA NOT NULL,
    document BYTEA NOT NULL,
    name BYTEA NOT NULL,
    PRIMARY KEY (sha256, document)
);
CREATE INDEX media_claim_by_document ON media_claim (document);
