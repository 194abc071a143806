use rusqlite::{OptionalExtension, Row, params};

use super::write::audit;
use super::{Number, Sqlite};
use crate::storage::inbound::{REFUSED_POSTS_MAX, put_aside_detail};
use crate::storage::write::About;
use crate::storage::{Deed, Inbounds, Post, Posted, RefusedPost, Result, UnbegunPost};

impl Inbounds for Sqlite {
    fn post(&self, post: &Post) -> Result<Posted> {
        self.write(|tx| {
            let sql = "SELECT content FROM post WHERE subject = ?1";
            let known: Option<Vec<u8>> = tx
                .prepare_cached(sql)?
                .query_row([post.subject], |row| row.get(0))
                .optional()?;
            if let Some(known) = known {
                return Ok(if known == post.content {
                    Posted::Same
                } else {
                    Posted::Differs
                });
            }
            tx.prepare_cached("INSERT INTO post (subject, channel, content, at_ms, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![post.subject, post.channel, post.content, post.at_ms, post.body])?;
            Ok(Posted::New)
        })
    }

    fn unbegun_posts(&self, limit: u32) -> Result<Vec<UnbegunPost>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT p.subject, p.channel, p.at_ms, r.district, p.body
                 FROM post p LEFT JOIN referral r ON r.subject = p.subject
                 WHERE p.subject IN (SELECT subject FROM post WHERE body IS NOT NULL
                         UNION SELECT subject FROM referral WHERE answered_ms IS NULL AND steps = 0)
                     AND NOT EXISTS (SELECT 1 FROM document d WHERE d.subject = p.subject)
                 ORDER BY p.body IS NULL, p.at_ms, p.subject LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| {
                Ok(UnbegunPost {
                    subject: row.get(0)?,
                    channel: row.get(1)?,
                    at_ms: row.get(2)?,
                    district: row.get(3)?,
                    body: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn forget_begun_posts(&self) -> Result<u64> {
        self.write(|tx| {
            let forgotten = tx.execute(
                "UPDATE post SET body = NULL
                 WHERE body IS NOT NULL AND EXISTS (SELECT 1 FROM document d WHERE d.subject = post.subject)",
                [],
            )?;
            Ok(forgotten as u64)
        })
    }

    fn put_post_aside(&self, subject: [u8; 16], reason: &str, now_ms: i64) -> Result<bool> {
        self.write(|tx| {
            let begun = tx
                .query_row("SELECT 1 FROM document WHERE subject = ?1", [subject], |_| Ok(()))
                .optional()?;
            if begun.is_some() {
                return Ok(false);
            }
            let kept = tx.execute(
                "UPDATE post SET body = NULL WHERE subject = ?1 AND body IS NOT NULL",
                [subject],
            )?;
            let referred = tx.execute("DELETE FROM referral WHERE subject = ?1 AND steps = 0", [subject])?;
            if kept + referred == 0 {
                return Ok(false);
            }
            let detail = put_aside_detail(subject, reason);
            let about = About {
                detail: &detail,
                ..About::default()
            };
            audit(tx, now_ms, Deed::PutPostAside, &about)?;
            Ok(true)
        })
    }

    fn refuse_post(&self, refused: &RefusedPost) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO post_refused (id, channel, at_ms, reason, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                refused.id,
                refused.channel,
                refused.at_ms,
                refused.reason,
                refused.body
            ])?;
            tx.prepare_cached(
                "DELETE FROM post_refused WHERE id IN
                     (SELECT id FROM post_refused ORDER BY at_ms DESC, id LIMIT -1 OFFSET ?1)",
            )?
            .execute([REFUSED_POSTS_MAX])?;
            Ok(())
        })
    }

    fn refused_posts(&self, limit: u32) -> Result<Vec<RefusedPost>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT id, channel, at_ms, reason, body FROM post_refused ORDER BY at_ms DESC, id LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], read_refused)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn count_refused_posts(&self, channel: &str) -> Result<u64> {
        self.read(|tx| {
            let sql = "SELECT count(*) FROM post_refused WHERE channel = ?1";
            let count: Number = tx.prepare_cached(sql)?.query_row([channel], |row| row.get(0))?;
            Ok(count.0)
        })
    }

    fn refused_post(&self, id: [u8; 16]) -> Result<Option<RefusedPost>> {
        self.read(|tx| {
            let sql = "SELECT id, channel, at_ms, reason, body FROM post_refused WHERE id = ?1";
            Ok(tx.prepare_cached(sql)?.query_row([id], read_refused).optional()?)
        })
    }

    fn forget_refused_post(&self, id: [u8; 16], decided_ms: Option<i64>) -> Result<bool> {
        self.write(|tx| {
            let gone = tx.execute("DELETE FROM post_refused WHERE id = ?1", [id])? > 0;
            if let Some(at_ms) = decided_ms.filter(|_| gone) {
                let detail = uuid::Uuid::from_bytes(id).to_string();
                let about = About {
                    detail: &detail,
                    ..About::default()
                };
                audit(tx, at_ms, Deed::ForgetPost, &about)?;
            }
            Ok(gone)
        })
    }
}

fn read_refused(row: &Row<'_>) -> rusqlite::Result<RefusedPost> {
    Ok(RefusedPost {
        id: row.get(0)?,
        channel: row.get(1)?,
        at_ms: row.get(2)?,
        reason: row.get(3)?,
        body: row.get(4)?,
    })
}
