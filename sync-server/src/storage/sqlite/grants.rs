use protocol::{AuthorId, DocumentId, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use super::people::find_user;
use super::write::{append, audit};
use super::{Number, Sqlite};
use crate::storage::grants::documents_between;
use crate::storage::write::{About, KIND_GRANT, KIND_REVOKE, NewEntry};
use crate::storage::{Access, Assigned, Deed, Grants, Readable, Result, StorageError, User};

impl Grants for Sqlite {
    fn access(&self, user: UserId, author: AuthorId, document: DocumentId) -> Result<Access> {
        self.read(|tx| find_access(tx, user, author, document))
    }

    fn assign(&self, subject: [u8; 16], user: UserId, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let user = user_beside(tx, subject, user)?;
            give(tx, subject, &user, readable, now_ms)
        })
    }

    fn unassign(&self, subject: [u8; 16], user: UserId, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let user = user_beside(tx, subject, user)?;
            take(tx, subject, &user, readable, now_ms)
        })
    }

    fn assigned(&self, subject: [u8; 16]) -> Result<Vec<Assigned>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT u.id, u.district, u.name, u.role, a.since_ms FROM assignment a JOIN user u ON u.id = a.user
                 WHERE a.subject = ?1 ORDER BY a.since_ms, u.id",
            )?;
            let rows = statement.query_map([subject], |row| {
                let user = User {
                    id: UserId(row.get(0)?),
                    district: row.get(1)?,
                    name: row.get(2)?,
                    role: row.get(3)?,
                };
                Ok(Assigned {
                    user,
                    since_ms: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn assignments(&self, user: UserId) -> Result<Vec<[u8; 16]>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT subject FROM assignment WHERE user = ?1 ORDER BY subject")?;
            let rows = statement.query_map([user.0], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn readable(&self, user: UserId) -> Result<Vec<Readable>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT document, writable FROM granted WHERE user = ?1 ORDER BY document")?;
            let rows = statement.query_map([user.0], |row| {
                Ok(Readable {
                    document: DocumentId(row.get(0)?),
                    writable: row.get(1)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn confirm_destroyed(&self, user: UserId, author: AuthorId, document: DocumentId, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let kept = tx.execute(
                "INSERT OR REPLACE INTO destroyed (author, document, number, at_ms)
                 SELECT ?1, document, number, ?4 FROM revoked WHERE user = ?2 AND document = ?3",
                params![author.0, user.0, document.0, now_ms],
            )?;
            if kept == 0 {
                return Ok(());
            }
            let about = About {
                user: Some(user),
                author: Some(author),
                document: Some(document),
                ..About::default()
            };
            audit(tx, now_ms, Deed::Destroy, &about)
        })
    }
}

/// Gives a user the case of a subject, which becomes just what they may read of it.
pub(super) fn give(tx: &Connection, subject: [u8; 16], user: &User, readable: &[Readable], now_ms: i64) -> Result<()> {
    tx.execute(
        "INSERT OR IGNORE INTO assignment (subject, user, since_ms) VALUES (?1, ?2, ?3)",
        params![subject, user.id.0, now_ms],
    )?;
    told(tx, subject, user, Deed::Assign, now_ms)?;
    set_grants(tx, &user.district, user.id, Some(subject), readable, now_ms)
}

/// Takes the case of a subject from a user, to whom this is left.
pub(super) fn take(tx: &Connection, subject: [u8; 16], user: &User, readable: &[Readable], now_ms: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM assignment WHERE subject = ?1 AND user = ?2",
        params![subject, user.id.0],
    )?;
    told(tx, subject, user, Deed::Unassign, now_ms)?;
    set_grants(tx, &user.district, user.id, Some(subject), readable, now_ms)
}

fn told(tx: &Connection, subject: [u8; 16], user: &User, deed: Deed, now_ms: i64) -> Result<()> {
    let detail = uuid::Uuid::from_bytes(subject).to_string();
    let about = About {
        user: Some(user.id),
        detail: &detail,
        ..About::default()
    };
    audit(tx, now_ms, deed, &about)
}

/// The user, if the subject is one of their own district.
fn user_beside(tx: &Connection, subject: [u8; 16], user: UserId) -> Result<User> {
    let user = find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
    let known = tx
        .query_row(
            "SELECT 1 FROM document WHERE subject = ?1 AND district = ?2 LIMIT 1",
            params![subject, user.district],
            |_| Ok(()),
        )
        .optional()?;
    known.ok_or(StorageError::NoSuch("case in the user's district"))?;
    Ok(user)
}

pub(super) fn find_access(tx: &Connection, user: UserId, author: AuthorId, document: DocumentId) -> Result<Access> {
    let granted: Option<bool> = tx
        .prepare_cached("SELECT writable FROM granted WHERE user = ?1 AND document = ?2")?
        .query_row(params![user.0, document.0], |row| row.get(0))
        .optional()?;
    if let Some(writable) = granted {
        return Ok(if writable { Access::Write } else { Access::Read });
    }
    let formerly: Option<(i64, bool, bool, bool)> = tx
        .prepare_cached(
            // An author of after the revocation never had the document: that it is not there says nothing of what was
            // written on another tablet of the same user, and is brought by this one.
            "SELECT r.at_ms, r.writable,
                    d.author IS NOT NULL AND (SELECT enrolled_ms FROM author a WHERE a.id = ?3) <= r.at_ms,
                    EXISTS (SELECT 1 FROM destruction WHERE subject = substr(?2, 1, 16))
             FROM revoked r
             LEFT JOIN destroyed d ON d.author = ?3 AND d.document = r.document AND d.number = r.number
             WHERE r.user = ?1 AND r.document = ?2",
        )?
        .query_row(params![user.0, document.0, author.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    Ok(match formerly {
        Some((_, _, _, true)) => Access::Destroyed,
        Some((revoked_ms, true, false, false)) => Access::Formerly { revoked_ms },
        Some(_) => Access::NoLonger,
        None => Access::Never,
    })
}

/// Makes what a user may read, of one subject or altogether, just this; each difference is an entry of the log.
pub(super) fn set_grants(
    tx: &Connection,
    district: &str,
    user: UserId,
    subject: Option<[u8; 16]>,
    readable: &[Readable],
    now_ms: i64,
) -> Result<()> {
    let mut statement =
        tx.prepare_cached("SELECT document, writable FROM granted WHERE user = ?1 AND document BETWEEN ?2 AND ?3")?;
    let (first, last) = documents_between(subject);
    let rows = statement.query_map(params![user.0, first, last], |row| {
        Ok(Readable {
            document: DocumentId(row.get(0)?),
            writable: row.get(1)?,
        })
    })?;
    let standing: Vec<Readable> = rows.collect::<rusqlite::Result<_>>()?;
    for gone in standing
        .iter()
        .filter(|old| readable.iter().all(|new| new.document != old.document))
    {
        revoke(tx, district, user, *gone, now_ms)?;
    }
    for new in readable.iter().filter(|new| !standing.contains(new)) {
        grant(tx, district, user, *new, now_ms)?;
    }
    Ok(())
}

pub(super) fn grant(tx: &Connection, district: &str, user: UserId, readable: Readable, now_ms: i64) -> Result<()> {
    let Readable { document, writable } = readable;
    let entry = NewEntry {
        kind: KIND_GRANT,
        document: Some(document),
        user: Some(user),
        ..NewEntry::default()
    };
    let since = append(tx, district, now_ms, &entry)?;
    tx.prepare_cached("INSERT OR REPLACE INTO granted (user, document, since, writable) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![user.0, document.0, Number(since), writable])?;
    tx.prepare_cached("DELETE FROM revoked WHERE user = ?1 AND document = ?2")?
        .execute(params![user.0, document.0])?;
    Ok(())
}

pub(super) fn revoke(tx: &Connection, district: &str, user: UserId, gone: Readable, now_ms: i64) -> Result<()> {
    let Readable { document, writable } = gone;
    let entry = NewEntry {
        kind: KIND_REVOKE,
        document: Some(document),
        user: Some(user),
        ..NewEntry::default()
    };
    let number = append(tx, district, now_ms, &entry)?;
    tx.prepare_cached("DELETE FROM granted WHERE user = ?1 AND document = ?2")?
        .execute(params![user.0, document.0])?;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO revoked (user, document, number, at_ms, writable) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![user.0, document.0, Number(number), now_ms, writable])?;
    Ok(())
}
