use tokio_postgres::Row;

use super::Postgres;
use super::value::{Fixed, at, fixed, number};
use super::write::audit;
use crate::storage::inbound::{REFUSED_POSTS_MAX, put_aside_detail};
use crate::storage::write::About;
use crate::storage::{Deed, Inbounds, Post, Posted, RefusedPost, Result, UnbegunPost};

impl Inbounds for Postgres {
    fn post(&self, post: &Post) -> Result<Posted> {
        self.write(|tx| {
            let added = tx.execute(
                "INSERT INTO post (subject, channel, content, at_ms, body) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING",
                &[
                    &Fixed(post.subject),
                    &post.channel,
                    &post.content,
                    &post.at_ms,
                    &post.body,
                ],
            )?;
            if added > 0 {
                return Ok(Posted::New);
            }
            let same = tx.any(
                "SELECT 1 FROM post WHERE subject = $1 AND content = $2",
                &[&Fixed(post.subject), &post.content],
            )?;
            Ok(if same { Posted::Same } else { Posted::Differs })
        })
    }

    fn unbegun_posts(&self, limit: u32) -> Result<Vec<UnbegunPost>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT p.subject, p.channel, p.at_ms, r.district, p.body
                 FROM post p LEFT JOIN referral r ON r.subject = p.subject
                 WHERE p.subject IN (SELECT subject FROM post WHERE body IS NOT NULL
                         UNION SELECT subject FROM referral WHERE answered_ms IS NULL AND steps = 0)
                     AND NOT EXISTS (SELECT 1 FROM document d WHERE d.subject = p.subject)
                 ORDER BY p.body IS NULL, p.at_ms, p.subject LIMIT $1",
                &[&i64::from(limit)],
            )?;
            let unbegun = |row: &Row| {
                Ok(UnbegunPost {
                    subject: fixed(row, 0)?,
                    channel: at(row, 1)?,
                    at_ms: at(row, 2)?,
                    district: at(row, 3)?,
                    body: at(row, 4)?,
                })
            };
            rows.iter().map(unbegun).collect()
        })
    }

    fn forget_begun_posts(&self) -> Result<u64> {
        self.write(|tx| {
            tx.execute(
                "UPDATE post SET body = NULL
                 WHERE body IS NOT NULL AND EXISTS (SELECT 1 FROM document d WHERE d.subject = post.subject)",
                &[],
            )
        })
    }

    fn put_post_aside(&self, subject: [u8; 16], reason: &str, now_ms: i64) -> Result<bool> {
        self.write(|tx| {
            if tx.any("SELECT 1 FROM document WHERE subject = $1", &[&Fixed(subject)])? {
                return Ok(false);
            }
            let kept = tx.execute(
                "UPDATE post SET body = NULL WHERE subject = $1 AND body IS NOT NULL",
                &[&Fixed(subject)],
            )?;
            let sql = "DELETE FROM referral WHERE subject = $1 AND steps = 0";
            let referred = tx.execute(sql, &[&Fixed(subject)])?;
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
            tx.execute(
                "INSERT INTO post_refused (id, channel, at_ms, reason, body) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms, reason = excluded.reason",
                &[
                    &Fixed(refused.id),
                    &refused.channel,
                    &refused.at_ms,
                    &refused.reason,
                    &refused.body,
                ],
            )?;
            tx.execute(
                "DELETE FROM post_refused WHERE id IN
                     (SELECT id FROM post_refused ORDER BY at_ms DESC, id OFFSET $1)",
                &[&i64::from(REFUSED_POSTS_MAX)],
            )?;
            Ok(())
        })
    }

    fn refused_posts(&self, limit: u32) -> Result<Vec<RefusedPost>> {
        self.read_one(|tx| {
            let sql = "SELECT id, channel, at_ms, reason, body FROM post_refused ORDER BY at_ms DESC, id LIMIT $1";
            tx.rows(sql, &[&i64::from(limit)])?.iter().map(read_refused).collect()
        })
    }

    fn count_refused_posts(&self, channel: &str) -> Result<u64> {
        self.read_one(|tx| {
            let sql = "SELECT count(*) FROM post_refused WHERE channel = $1";
            tx.row(sql, &[&channel])?.map_or(Ok(0), |row| number(&row, 0))
        })
    }

    fn refused_post(&self, id: [u8; 16]) -> Result<Option<RefusedPost>> {
        self.read_one(|tx| {
            let sql = "SELECT id, channel, at_ms, reason, body FROM post_refused WHERE id = $1";
            tx.row(sql, &[&Fixed(id)])?.as_ref().map(read_refused).transpose()
        })
    }

    fn forget_refused_post(&self, id: [u8; 16], decided_ms: Option<i64>) -> Result<bool> {
        self.write(|tx| {
            let gone = tx.execute("DELETE FROM post_refused WHERE id = $1", &[&Fixed(id)])? > 0;
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

fn read_refused(row: &Row) -> Result<RefusedPost> {
    Ok(RefusedPost {
        id: fixed(row, 0)?,
        channel: at(row, 1)?,
        at_ms: at(row, 2)?,
        reason: at(row, 3)?,
        body: at(row, 4)?,
    })
}
