use protocol::{AuthorId, UserId};
use rusqlite::{OptionalExtension, params};

use super::{Number, Sqlite};
use crate::storage::{NewOpening, Opened, Openings, Result, TokenHolder};

impl Openings for Sqlite {
    fn open_request(&self, opening: &NewOpening<'_>) -> Result<Opened> {
        let NewOpening {
            author, nonce, now_ms, ..
        } = *opening;
        let (token_hash, token_ends_ms) = opening.token;
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM opening WHERE at_ms < ?1")?
                .execute([opening.forget_before_ms])?;
            let added = tx
                .prepare_cached("INSERT OR IGNORE INTO opening (author, nonce, at_ms) VALUES (?1, ?2, ?3)")?
                .execute(params![author.0, nonce.0, now_ms])?;
            if added == 0 {
                return Ok(Opened::Replay);
            }
            tx.prepare_cached("DELETE FROM media_token WHERE ends_ms < ?1")?
                .execute([now_ms])?;
            tx.prepare_cached("INSERT INTO media_token (hash, author, ends_ms) VALUES (?1, ?2, ?3)")?
                .execute(params![token_hash, author.0, token_ends_ms])?;
            tx.prepare_cached(
                "UPDATE author SET seen_ms = ?2, app_version = ?3, reads_after = ?4, seen_number = (
                    SELECT d.last_number FROM user u JOIN district d ON d.code = u.district WHERE u.id = author.user)
                 WHERE id = ?1",
            )?
            .execute(params![
                author.0,
                now_ms,
                opening.app_version,
                Number(opening.reads_after)
            ])?;
            Ok(Opened::New)
        })
    }

    fn token_holder(&self, token_hash: [u8; 32], now_ms: i64) -> Result<Option<TokenHolder>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT a.user, a.revoked_ms IS NOT NULL, a.id FROM media_token t JOIN author a ON a.id = t.author
                 WHERE t.hash = ?1 AND t.ends_ms >= ?2 AND (a.revoked_ms IS NULL OR a.hand_in = 1)",
            )?;
            let holder = statement.query_row(params![token_hash, now_ms], |row| {
                Ok(TokenHolder {
                    author: AuthorId(row.get(2)?),
                    user: UserId(row.get(0)?),
                    hands_in: row.get(1)?,
                })
            });
            Ok(holder.optional()?)
        })
    }
}
