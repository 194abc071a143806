//! Users, their devices, and the codes by which devices become authors.

use protocol::enrol::person_mark;
use protocol::ids::Sha256;
use protocol::{AuthorId, PublicKey, Refusal, UserId};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::audit::Deed;
use super::grants::{Readable, set_grants};
use super::sqlite::Sqlite;
use super::write::{About, KIND_AUTHOR, NewEntry, append, audit};
use super::{Result, StorageError};

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their district's code.
    pub district: String,
    /// Their name.
    pub name: String,
    /// Their role's code.
    pub role: String,
}

/// A user on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The author's id.
    pub id: AuthorId,
    /// The user.
    pub user: User,
    /// The key the author's requests are signed with.
    pub public_key: PublicKey,
    /// What the device is called.
    pub device: String,
    /// When the author was shut out.
    pub revoked_ms: Option<i64>,
    /// Whether what a shut-out author still hands in is judged like anybody's.
    pub hand_in: bool,
    /// When the shut-out author's device said that it destroys keys and files.
    pub destroyed_ms: Option<i64>,
}

impl Author {
    /// Whether nothing of this author's is let in any more.
    pub const fn is_shut_out(&self) -> bool {
        self.revoked_ms.is_some() && !self.hand_in
    }
}

/// A device that wants to become an author.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// The new author.
    pub author: AuthorId,
    /// Its key, already proven.
    pub public_key: PublicKey,
    /// What the device is called.
    pub device: String,
    /// The persons who have a vault on the device already.
    pub persons: Vec<Sha256>,
}

/// What is known of people.
pub trait People {
    /// Adds a user with what they may read from the beginning.
    fn add_user(&self, user: &User, readable: &[Readable], now_ms: i64) -> Result<()>;

    /// The user of that id.
    fn user(&self, id: UserId) -> Result<Option<User>>;

    /// The users of a district, by name.
    fn users(&self, district: &str) -> Result<Vec<User>>;

    /// Keeps an enrolment code's hash.
    fn add_enrol_code(&self, user: UserId, code_hash: [u8; 32], expires_ms: i64, now_ms: i64) -> Result<()>;

    /// Makes a device an author if the code allows it. The same device with the same code again is answered alike.
    fn enrol(&self, enrolment: &Enrolment, now_ms: i64) -> Result<Result<User, Refusal>>;

    /// The author of that id, shut out or not.
    fn author(&self, id: AuthorId) -> Result<Option<Author>>;

    /// The authors of a user.
    fn authors(&self, user: UserId) -> Result<Vec<Author>>;

    /// Shuts an author out, and its tokens with it. What they still bring is kept in quarantine, or, where they may hand
    /// in, judged like anybody's. Once shut out, only the latter changes.
    fn dismiss_author(&self, id: AuthorId, hand_in: bool, now_ms: i64) -> Result<()>;

    /// Shuts an author out; what they still bring is kept in quarantine.
    fn revoke_author(&self, id: AuthorId, now_ms: i64) -> Result<()> {
        self.dismiss_author(id, false, now_ms)
    }

    /// The shut-out author's device says that it destroys keys and files.
    fn confirm_device_destroyed(&self, id: AuthorId, now_ms: i64) -> Result<()>;
}

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

fn add_author(tx: &Transaction<'_>, user: &User, enrolment: &Enrolment, now_ms: i64) -> Result<()> {
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
    let entry = NewEntry {
        kind: KIND_AUTHOR,
        user: Some(user.id),
        author: Some(enrolment.author),
        ..NewEntry::default()
    };
    append(tx, &user.district, now_ms, &entry)?;
    let about = About {
        user: Some(user.id),
        author: Some(enrolment.author),
        ..About::default()
    };
    audit(tx, now_ms, Deed::Enrol, &about)
}

pub(super) fn find_user(tx: &Transaction<'_>, id: UserId) -> Result<Option<User>> {
    let mut statement = tx.prepare_cached("SELECT id, district, name, role FROM user WHERE id = ?1")?;
    Ok(statement.query_row([id.0], read_user).optional()?)
}

pub(super) fn find_author(tx: &Transaction<'_>, id: AuthorId) -> Result<Option<Author>> {
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
