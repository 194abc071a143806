use protocol::{AuthorId, UserId};

use super::Postgres;
use super::value::{Fixed, Number, at, fixed, text};
use crate::storage::{NewOpening, Opened, Openings, Result, TokenHolder};

impl Openings for Postgres {
    fn open_request(&self, opening: &NewOpening<'_>) -> Result<Opened> {
        let NewOpening {
            author, nonce, now_ms, ..
        } = *opening;
        let (token_hash, token_ends_ms) = opening.token;
        self.write(|tx| {
            // What another request forgets at this moment is passed over: two that forget do not wait for each other.
            tx.execute(
                "DELETE FROM opening o USING (
                    SELECT author, nonce FROM opening WHERE at_ms < $1 FOR UPDATE SKIP LOCKED) old
                 WHERE o.author = old.author AND o.nonce = old.nonce",
                &[&opening.forget_before_ms],
            )?;
            let added = tx.execute(
                "INSERT INTO opening (author, nonce, at_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                &[&Fixed(author.0), &Fixed(nonce.0), &now_ms],
            )?;
            if added == 0 {
                return Ok(Opened::Replay);
            }
            tx.execute(
                "DELETE FROM media_token t USING (
                    SELECT hash FROM media_token WHERE ends_ms < $1 FOR UPDATE SKIP LOCKED) old
                 WHERE t.hash = old.hash",
                &[&now_ms],
            )?;
            tx.execute(
                "WITH token AS (INSERT INTO media_token (hash, author, ends_ms) VALUES ($4, $1, $5))
                 UPDATE author SET seen_ms = $2, app_version = $3, reads_after = $6, seen_number = (
                    SELECT d.last_number FROM users u JOIN district d ON d.code = u.district WHERE u.id = author.user_id)
                 WHERE id = $1",
                &[
                    &Fixed(author.0),
                    &now_ms,
                    &text(opening.app_version),
                    &Fixed(token_hash),
                    &token_ends_ms,
                    &Number(opening.reads_after),
                ],
            )?;
            Ok(Opened::New)
        })
    }

    fn token_holder(&self, token_hash: [u8; 32], now_ms: i64) -> Result<Option<TokenHolder>> {
        self.read_one(|tx| {
            let row = tx.row(
                "SELECT a.user_id, a.revoked_ms IS NOT NULL, a.id FROM media_token t JOIN author a ON a.id = t.author
                 WHERE t.hash = $1 AND t.ends_ms >= $2 AND (a.revoked_ms IS NULL OR a.hand_in)",
                &[&Fixed(token_hash), &now_ms],
            )?;
            let Some(row) = row else { return Ok(None) };
            Ok(Some(TokenHolder {
                author: AuthorId(fixed(&row, 2)?),
                user: UserId(fixed(&row, 0)?),
                hands_in: at(&row, 1)?,
            }))
        })
    }
}
