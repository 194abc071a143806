use protocol::enrol::person_mark;
use protocol::{AuthorId, PublicKey, Refusal, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::grants::set_grants;
use super::write::{append, audit};
use super::{Number, Sqlite};
use crate::storage::write::{About, KIND_AUTHOR, NewEntry};
use crate::storage::{Author, Deed, Device, Enrolment, People, Readable, Result, StorageError, User};

impl People for Sqlite {
    fn add_user(&self, user: &User, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let known = tx
                .query_row("SELECT 1 FROM district WHERE code = ?1", [&user.district], |_| Ok(()))
                .optional()?;
            known.ok_or(StorageError::NoSuch("district"))?;
            let added = tx.execute(
                "INSERT OR IGNORE INTO user (id, district, name, role, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![user.id.0, user.district, user.name, user.role, now_ms],
            )?;
            if added == 0 {
                return Err(StorageError::Exists("user"));
            }
            audit(
                tx,
                now_ms,
                Deed::AddUser,
                &About {
                    user: Some(user.id),
                    detail: &user.role,
                    ..About::default()
                },
            )?;
            set_grants(tx, &user.district, user.id, None, readable, now_ms)
        })
    }

    fn user(&self, id: UserId) -> Result<Option<User>> {
        self.read(|tx| find_user(tx, id))
    }

    fn users(&self, district: &str) -> Result<Vec<User>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT id, district, name, role FROM user WHERE district = ?1 ORDER BY name, id")?;
            let rows = statement.query_map([district], read_user)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn add_enrol_code(&self, user: UserId, code_hash: [u8; 32], expires_ms: i64, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
            tx.execute(
                "INSERT INTO enrol_code (hash, user, expires_ms) VALUES (?1, ?2, ?3)",
                params![code_hash, user.0, expires_ms],
            )?;
            audit(
                tx,
                now_ms,
                Deed::MakeCode,
                &About {
                    user: Some(user),
                    ..About::default()
                },
            )
        })
    }

    fn enrol(&self, enrolment: &Enrolment, now_ms: i64) -> Result<Result<User, Refusal>> {
        self.write(|tx| {
            let code = tx
                .query_row(
                    "SELECT user, expires_ms, used_by FROM enrol_code WHERE hash = ?1",
                    [enrolment.code_hash],
                    |row| {
                        Ok((
                            UserId(row.get(0)?),
                            row.get::<_, i64>(1)?,
                            row.get::<_, Option<[u8; 16]>>(2)?,
                        ))
                    },
                )
                .optional()?;
            let Some((user, expires_ms, used_by)) = code else {
                return Ok(Err(Refusal::WrongCode));
            };
            let user = find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
            if used_by == Some(enrolment.author.0) {
                let same = find_author(tx, enrolment.author)?
                    .is_some_and(|author| author.public_key == enrolment.public_key && author.revoked_ms.is_none());
                return Ok(if same { Ok(user) } else { Err(Refusal::UsedCode) });
            }
            if used_by.is_some() {
                return Ok(Err(Refusal::UsedCode));
            }
            // Told before the code is used up: it stays good for another tablet.
            if enrolment.persons.contains(&person_mark(user.id)) {
                return Ok(Err(Refusal::AlreadyHere));
            }
            if expires_ms < now_ms {
                return Ok(Err(Refusal::ExpiredCode));
            }
            // An author id is 16 random bytes: one that exists is somebody else's, and taking it would be a theft.
            if find_author(tx, enrolment.author)?.is_some() {
                return Ok(Err(Refusal::WrongAuthor));
            }
            add_author(tx, &user, enrolment, now_ms)?;
            Ok(Ok(user))
        })
    }

    fn author(&self, id: AuthorId) -> Result<Option<Author>> {
        self.read(|tx| find_author(tx, id))
    }

    fn authors(&self, user: UserId) -> Result<Vec<Author>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached(&format!("{SELECT_AUTHOR} WHERE a.user = ?1 ORDER BY a.enrolled_ms"))?;
            let rows = statement.query_map([user.0], read_author)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn devices(&self, district: Option<&str>) -> Result<Vec<Device>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "{SELECT_AUTHOR} WHERE ?1 IS NULL OR u.district = ?1 ORDER BY a.seen_ms, a.enrolled_ms, a.id"
            ))?;
            let rows = statement.query_map([district], read_author)?;
            let authors: Vec<Author> = rows.collect::<rusqlite::Result<_>>()?;
            authors.into_iter().map(|author| device_of(tx, author)).collect()
        })
    }

    fn set_role(&self, user: UserId, role: &str, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let user = find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
            tx.execute("UPDATE user SET role = ?2 WHERE id = ?1", params![user.id.0, role])?;
            let about = About {
                user: Some(user.id),
                detail: role,
                ..About::default()
            };
            audit(tx, now_ms, Deed::SetRole, &about)?;
            tell_of_all(tx, &user, now_ms)?;
            set_grants(tx, &user.district, user.id, None, readable, now_ms)
        })
    }

    fn rename_user(&self, user: UserId, name: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let user = find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
            tx.execute("UPDATE user SET name = ?2 WHERE id = ?1", params![user.id.0, name])?;
            let about = About {
                user: Some(user.id),
                ..About::default()
            };
            audit(tx, now_ms, Deed::RenameUser, &about)?;
            tell_of_all(tx, &user, now_ms)
        })
    }

    fn drop_enrol_codes(&self, user: UserId, now_ms: i64) -> Result<u64> {
        self.write(|tx| {
            let dropped = tx.execute(
                "DELETE FROM enrol_code WHERE user = ?1 AND used_by IS NULL",
                params![user.0],
            )?;
            if dropped > 0 {
                let about = About {
                    user: Some(user),
                    ..About::default()
                };
                audit(tx, now_ms, Deed::DropCodes, &about)?;
            }
            Ok(dropped as u64)
        })
    }

    fn dismiss_author(&self, id: AuthorId, hand_in: bool, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let author = find_author(tx, id)?.ok_or(StorageError::NoSuch("author"))?;
            tx.execute(
                "UPDATE author SET revoked_ms = coalesce(revoked_ms, ?2), hand_in = ?3 WHERE id = ?1",
                params![id.0, now_ms, hand_in],
            )?;
            tx.execute("DELETE FROM media_token WHERE author = ?1", [id.0])?;
            let about = About {
                user: Some(author.user.id),
                author: Some(id),
                detail: if hand_in { "may hand in" } else { "" },
                ..About::default()
            };
            audit(tx, now_ms, Deed::RevokeAuthor, &about)
        })
    }

    fn confirm_device_destroyed(&self, id: AuthorId, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let set = tx.execute(
                "UPDATE author SET destroyed_ms = ?2
                 WHERE id = ?1 AND revoked_ms IS NOT NULL AND destroyed_ms IS NULL",
                params![id.0, now_ms],
            )?;
            if set == 0 {
                return Ok(());
            }
            let about = About {
                author: Some(id),
                ..About::default()
            };
            audit(tx, now_ms, Deed::DestroyDevice, &about)
        })
    }
}

const SELECT_AUTHOR: &str =
    "SELECT a.id, a.public_key, a.device, a.revoked_ms, u.id, u.district, u.name, u.role, a.hand_in,
     a.destroyed_ms
     FROM author a JOIN user u ON u.id = a.user";

fn add_author(tx: &Connection, user: &User, enrolment: &Enrolment, now_ms: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO author (id, user, public_key, device, enrolled_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            enrolment.author.0,
            user.id.0,
            enrolment.public_key.0,
            enrolment.device,
            now_ms
        ],
    )?;
    tx.execute(
        "UPDATE enrol_code SET used_by = ?2 WHERE hash = ?1",
        params![enrolment.code_hash, enrolment.author.0],
    )?;
    tell_of(tx, user, enrolment.author, now_ms)?;
    let about = About {
        user: Some(user.id),
        author: Some(enrolment.author),
        ..About::default()
    };
    audit(tx, now_ms, Deed::Enrol, &about)
}

/// Has the log tell anew who somebody is on each of their devices.
fn tell_of_all(tx: &Connection, user: &User, now_ms: i64) -> Result<()> {
    let mut statement =
        tx.prepare_cached("SELECT id FROM author WHERE user = ?1 AND revoked_ms IS NULL ORDER BY id")?;
    let rows = statement.query_map([user.id.0], |row| row.get(0).map(AuthorId))?;
    for author in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        tell_of(tx, user, author, now_ms)?;
    }
    Ok(())
}

/// Has the log tell who an author is.
fn tell_of(tx: &Connection, user: &User, author: AuthorId, now_ms: i64) -> Result<()> {
    let entry = NewEntry {
        kind: KIND_AUTHOR,
        user: Some(user.id),
        author: Some(author),
        ..NewEntry::default()
    };
    append(tx, &user.district, now_ms, &entry)?;
    Ok(())
}

fn device_of(tx: &Connection, author: Author) -> Result<Device> {
    let mut statement = tx.prepare_cached(
        "SELECT a.enrolled_ms, a.seen_ms, a.app_version, (
            SELECT count(*) FROM log l JOIN granted g ON g.user = a.user AND g.document = l.document
            WHERE l.district = ?2 AND l.number > coalesce(a.seen_number, 0) AND l.kind = 1 AND l.author <> a.id)
         FROM author a WHERE a.id = ?1",
    )?;
    let (enrolled_ms, seen_ms, app_version, behind) = statement
        .query_row(params![author.id.0, author.user.district], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, Number>(3)?.0))
        })?;
    Ok(Device {
        author,
        enrolled_ms,
        seen_ms,
        app_version,
        behind,
    })
}

pub(super) fn find_user(tx: &Connection, id: UserId) -> Result<Option<User>> {
    let mut statement = tx.prepare_cached("SELECT id, district, name, role FROM user WHERE id = ?1")?;
    Ok(statement.query_row([id.0], read_user).optional()?)
}

pub(super) fn find_author(tx: &Connection, id: AuthorId) -> Result<Option<Author>> {
    let mut statement = tx.prepare_cached(&format!("{SELECT_AUTHOR} WHERE a.id = ?1"))?;
    Ok(statement.query_row([id.0], read_author).optional()?)
}

fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: UserId(row.get(0)?),
        district: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
    })
}

fn read_author(row: &Row<'_>) -> rusqlite::Result<Author> {
    Ok(Author {
        id: AuthorId(row.get(0)?),
        public_key: PublicKey(row.get(1)?),
        device: row.get(2)?,
        revoked_ms: row.get(3)?,
        user: User {
            id: UserId(row.get(4)?),
            district: row.get(5)?,
            name: row.get(6)?,
            role: row.get(7)?,
        },
        hand_in: row.get(8)?,
        destroyed_ms: row.get(9)?,
    })
}
