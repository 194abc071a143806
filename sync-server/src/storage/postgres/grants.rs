use protocol::{AuthorId, DocumentId, UserId};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::Postgres;
use super::people::find_user;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed};
use super::write::{append, audit, stand_in_line};
use crate::storage::grants::documents_between;
use crate::storage::write::{About, KIND_GRANT, KIND_REVOKE, NewEntry};
use crate::storage::{Access, Assigned, Deed, Grants, Readable, Result, StorageError, User};

impl Grants for Postgres {
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
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT u.id, u.district, u.name, u.role, a.since_ms
                 FROM assignment a JOIN users u ON u.id = a.user_id
                 WHERE a.subject = $1 ORDER BY a.since_ms, u.id",
                &[&Fixed(subject)],
            )?;
            let assigned = |row: &Row| {
                let user = User {
                    id: UserId(fixed(row, 0)?),
                    district: at(row, 1)?,
                    name: at(row, 2)?,
                    role: at(row, 3)?,
                };
                Ok(Assigned {
                    user,
                    since_ms: at(row, 4)?,
                })
            };
            rows.iter().map(assigned).collect()
        })
    }

    fn assignments(&self, user: UserId) -> Result<Vec<[u8; 16]>> {
        self.read_one(|tx| {
            let sql = "SELECT subject FROM assignment WHERE user_id = $1 ORDER BY subject";
            tx.rows(sql, &[&Fixed(user.0)])?
                .iter()
                .map(|row| fixed(row, 0))
                .collect()
        })
    }

    fn readable(&self, user: UserId) -> Result<Vec<Readable>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT document, writable FROM granted WHERE user_id = $1 ORDER BY document",
                &[&Fixed(user.0)],
            )?;
            rows.iter().map(read_readable).collect()
        })
    }

    fn confirm_destroyed(&self, user: UserId, author: AuthorId, document: DocumentId, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let kept = tx.execute(
                "INSERT INTO destroyed (author, document, number, at_ms)
                 SELECT $1, document, number, $4 FROM revoked WHERE user_id = $2 AND document = $3
                 ON CONFLICT (author, document) DO UPDATE SET number = excluded.number, at_ms = excluded.at_ms",
                &[&Fixed(author.0), &Fixed(user.0), &Fixed(document.0), &now_ms],
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

fn told(tx: &Tx<'_>, subject: [u8; 16], user: &User, deed: Deed, now_ms: i64) -> Result<()> {
    let detail = uuid::Uuid::from_bytes(subject).to_string();
    let about = About {
        user: Some(user.id),
        detail: &detail,
        ..About::default()
    };
    audit(tx, now_ms, deed, &about)
}

/// Gives a user the case of a subject, which becomes just what they may read of it.
pub(super) fn give(tx: &Tx<'_>, subject: [u8; 16], user: &User, readable: &[Readable], now_ms: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO assignment (subject, user_id, since_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[&Fixed(subject), &Fixed(user.id.0), &now_ms],
    )?;
    told(tx, subject, user, Deed::Assign, now_ms)?;
    set_grants(tx, &user.district, user.id, Some(subject), readable, now_ms)
}

/// Takes the case of a subject from a user, to whom this is left.
pub(super) fn take(tx: &Tx<'_>, subject: [u8; 16], user: &User, readable: &[Readable], now_ms: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM assignment WHERE subject = $1 AND user_id = $2",
        &[&Fixed(subject), &Fixed(user.id.0)],
    )?;
    told(tx, subject, user, Deed::Unassign, now_ms)?;
    set_grants(tx, &user.district, user.id, Some(subject), readable, now_ms)
}

/// The user, if the subject is one of their own district; from here on nobody else writes in that district.
fn user_beside(tx: &Tx<'_>, subject: [u8; 16], user: UserId) -> Result<User> {
    let user = find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
    stand_in_line(tx, &user.district)?;
    let known = tx.any(
        "SELECT 1 FROM document WHERE subject = $1 AND district = $2 LIMIT 1",
        &[&Fixed(subject), &user.district],
    )?;
    if known {
        Ok(user)
    } else {
        Err(StorageError::NoSuch("case in the user's district"))
    }
}

/// Whether a user may write in a document; nothing where they may not even read it.
pub(super) const GRANTED: &str = "SELECT writable FROM granted WHERE user_id = $1 AND document = $2";

pub(super) fn find_access(tx: &Tx<'_>, user: UserId, author: AuthorId, document: DocumentId) -> Result<Access> {
    let granted = tx.rows(GRANTED, &[&Fixed(user.0), &Fixed(document.0)])?;
    access_of(tx, (user, author, document), granted.first())
}

fn access_of(
    tx: &Tx<'_>,
    (user, author, document): (UserId, AuthorId, DocumentId),
    granted: Option<&Row>,
) -> Result<Access> {
    if let Some(row) = granted {
        return Ok(if at(row, 0)? { Access::Write } else { Access::Read });
    }
    // An author of after the revocation never had the document: that it is not there says nothing of what was written on
    // another tablet of the same user, and is brought by this one.
    let formerly = tx.row(
        "SELECT r.at_ms, r.writable,
                d.author IS NOT NULL
                    AND coalesce((SELECT enrolled_ms FROM author a WHERE a.id = $3) <= r.at_ms, FALSE),
                EXISTS (SELECT 1 FROM destruction WHERE subject = substring($2::bytea FROM 1 FOR 16))
         FROM revoked r
         LEFT JOIN destroyed d ON d.author = $3 AND d.document = r.document AND d.number = r.number
         WHERE r.user_id = $1 AND r.document = $2",
        &[&Fixed(user.0), &Fixed(document.0), &Fixed(author.0)],
    )?;
    let Some(row) = formerly else {
        return Ok(Access::Never);
    };
    if at(&row, 3)? {
        return Ok(Access::Destroyed);
    }
    Ok(match (at(&row, 1)?, at(&row, 2)?) {
        (true, false) => Access::Formerly {
            revoked_ms: at(&row, 0)?,
        },
        _ => Access::NoLonger,
    })
}

/// What is given of what begins to exist: nobody could read it before. Whoever writes it stands in the district's line,
/// and undoes it where it turns out to have begun already.
pub(super) struct NewGrants {
    users: Vec<Fixed<16>>,
    documents: Vec<Fixed<17>>,
    writable: Vec<bool>,
    count: Number,
    kind: i16,
}

impl NewGrants {
    /// Writes them and their entries of the log.
    pub(super) const SQL: &str = "
        WITH given AS (
            SELECT * FROM unnest($4::bytea[], $5::bytea[], $6::boolean[]) WITH ORDINALITY
                AS given (user_id, document, writable, place)),
        next AS (
            UPDATE district SET last_number = last_number + $7 WHERE code = $1
            RETURNING last_number - $7 AS before),
        entry AS (
            INSERT INTO log (district, number, kind, at_ms, document, user_id)
            SELECT $1, before + place, $2, $3, document, user_id FROM given, next)
        INSERT INTO granted (user_id, document, since, writable)
        SELECT user_id, document, before + place, writable FROM given, next
        ON CONFLICT DO NOTHING";

    pub(super) fn of(readable: &[(UserId, Readable)]) -> Self {
        Self {
            users: readable.iter().map(|(user, _)| Fixed(user.0)).collect(),
            documents: readable.iter().map(|(_, one)| Fixed(one.document.0)).collect(),
            writable: readable.iter().map(|(_, one)| one.writable).collect(),
            count: Number(readable.len() as u64),
            kind: i16::from(KIND_GRANT),
        }
    }

    pub(super) fn values<'a>(&'a self, district: &'a &str, now_ms: &'a i64) -> [&'a (dyn ToSql + Sync); 7] {
        let (users, documents) = (&self.users, &self.documents);
        [
            district,
            &self.kind,
            now_ms,
            users,
            documents,
            &self.writable,
            &self.count,
        ]
    }
}

/// Makes what a user may read, of one subject or altogether, just this; each difference is an entry of the log. The
/// caller stands in the district's line.
pub(super) fn set_grants(
    tx: &Tx<'_>,
    district: &str,
    user: UserId,
    subject: Option<[u8; 16]>,
    readable: &[Readable],
    now_ms: i64,
) -> Result<()> {
    let (first, last) = documents_between(subject);
    let rows = tx.rows(
        "SELECT document, writable FROM granted WHERE user_id = $1 AND document BETWEEN $2 AND $3 ORDER BY document",
        &[&Fixed(user.0), &Fixed(first), &Fixed(last)],
    )?;
    let standing: Vec<Readable> = rows.iter().map(read_readable).collect::<Result<_>>()?;
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

pub(super) fn grant(tx: &Tx<'_>, district: &str, user: UserId, readable: Readable, now_ms: i64) -> Result<()> {
    let Readable { document, writable } = readable;
    let entry = NewEntry {
        kind: KIND_GRANT,
        document: Some(document),
        user: Some(user),
        ..NewEntry::default()
    };
    let since = append(tx, district, now_ms, &entry)?;
    tx.execute(
        "INSERT INTO granted (user_id, document, since, writable) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, document) DO UPDATE SET since = excluded.since, writable = excluded.writable",
        &[&Fixed(user.0), &Fixed(document.0), &Number(since), &writable],
    )?;
    tx.execute(
        "DELETE FROM revoked WHERE user_id = $1 AND document = $2",
        &[&Fixed(user.0), &Fixed(document.0)],
    )?;
    Ok(())
}

pub(super) fn revoke(tx: &Tx<'_>, district: &str, user: UserId, gone: Readable, now_ms: i64) -> Result<()> {
    let Readable { document, writable } = gone;
    let entry = NewEntry {
        kind: KIND_REVOKE,
        document: Some(document),
        user: Some(user),
        ..NewEntry::default()
    };
    let number = append(tx, district, now_ms, &entry)?;
    tx.execute(
        "DELETE FROM granted WHERE user_id = $1 AND document = $2",
        &[&Fixed(user.0), &Fixed(document.0)],
    )?;
    tx.execute(
        "INSERT INTO revoked (user_id, document, number, at_ms, writable) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, document) DO UPDATE
         SET number = excluded.number, at_ms = excluded.at_ms, writable = excluded.writable",
        &[&Fixed(user.0), &Fixed(document.0), &Number(number), &now_ms, &writable],
    )?;
    Ok(())
}

fn read_readable(row: &Row) -> Result<Readable> {
    Ok(Readable {
        document: DocumentId(fixed(row, 0)?),
        writable: at(row, 1)?,
    })
}
