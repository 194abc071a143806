use protocol::enrol::person_mark;
use protocol::{AuthorId, PublicKey, Refusal, UserId};
use tokio_postgres::Row;

use super::Postgres;
use super::grants::set_grants;
use super::transaction::{Tx, Values};
use super::value::{Fixed, at, fixed, fixed_or_none, number, text};
use super::write::{append, audit, stand_in_line};
use crate::storage::write::{About, KIND_AUTHOR, NewEntry};
use crate::storage::{Author, Deed, Device, Enrolment, People, Readable, Result, StorageError, User};

const SELECT_USER: &str = "SELECT id, district, name, role FROM users";
const SELECT_AUTHOR: &str = "SELECT a.id, a.public_key, a.device, a.revoked_ms, u.id, u.district, u.name, u.role,
    a.hand_in, a.destroyed_ms
    FROM author a JOIN users u ON u.id = a.user_id";

impl People for Postgres {
    fn add_user(&self, user: &User, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            stand_in_line(tx, &user.district)?;
            let added = tx.execute(
                "INSERT INTO users (id, district, name, role, created_ms) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING",
                &[
                    &Fixed(user.id.0),
                    &user.district,
                    &text(&user.name),
                    &user.role,
                    &now_ms,
                ],
            )?;
            if added == 0 {
                return Err(StorageError::Exists("user"));
            }
            let about = About {
                user: Some(user.id),
                detail: &user.role,
                ..About::default()
            };
            audit(tx, now_ms, Deed::AddUser, &about)?;
            set_grants(tx, &user.district, user.id, None, readable, now_ms)
        })
    }

    fn user(&self, id: UserId) -> Result<Option<User>> {
        self.read_one(|tx| find_user(tx, id))
    }

    fn users(&self, district: &str) -> Result<Vec<User>> {
        self.read_one(|tx| {
            let sql = format!("{SELECT_USER} WHERE district = $1 ORDER BY name COLLATE \"C\", id");
            tx.rows(&sql, &[&district])?.iter().map(read_user).collect()
        })
    }

    fn add_enrol_code(&self, user: UserId, code_hash: [u8; 32], expires_ms: i64, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
            tx.execute(
                "INSERT INTO enrol_code (hash, user_id, expires_ms) VALUES ($1, $2, $3)",
                &[&Fixed(code_hash), &Fixed(user.0), &expires_ms],
            )?;
            let about = About {
                user: Some(user),
                ..About::default()
            };
            audit(tx, now_ms, Deed::MakeCode, &about)
        })
    }

    fn enrol(&self, enrolment: &Enrolment, now_ms: i64) -> Result<Result<User, Refusal>> {
        self.write(|tx| {
            // Locked: of two devices with one code the second finds it used.
            let code = tx.row(
                "SELECT user_id, expires_ms, used_by FROM enrol_code WHERE hash = $1 FOR UPDATE",
                &[&Fixed(enrolment.code_hash)],
            )?;
            let Some(code) = code else {
                return Ok(Err(Refusal::WrongCode));
            };
            let used_by: Option<[u8; 16]> = fixed_or_none(&code, 2)?;
            let user = find_user(tx, UserId(fixed(&code, 0)?))?.ok_or(StorageError::NoSuch("user"))?;
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
            if at::<i64>(&code, 1)? < now_ms {
                return Ok(Err(Refusal::ExpiredCode));
            }
            // An author id is 16 random bytes: one that exists is somebody else's, and taking it would be a theft.
            if !add_author(tx, &user, enrolment, now_ms)? {
                return Ok(Err(Refusal::WrongAuthor));
            }
            Ok(Ok(user))
        })
    }

    fn author(&self, id: AuthorId) -> Result<Option<Author>> {
        self.read_one(|tx| find_author(tx, id))
    }

    fn authors(&self, user: UserId) -> Result<Vec<Author>> {
        self.read_one(|tx| {
            let sql = format!("{SELECT_AUTHOR} WHERE a.user_id = $1 ORDER BY a.enrolled_ms, a.id");
            tx.rows(&sql, &[&Fixed(user.0)])?.iter().map(read_author).collect()
        })
    }

    fn devices(&self, district: Option<&str>) -> Result<Vec<Device>> {
        self.read(|tx| {
            let sql = format!(
                "{SELECT_AUTHOR} WHERE $1::text IS NULL OR u.district = $1
                 ORDER BY a.seen_ms NULLS FIRST, a.enrolled_ms, a.id"
            );
            let authors: Vec<Author> = tx
                .rows(&sql, &[&district])?
                .iter()
                .map(read_author)
                .collect::<Result<_>>()?;
            authors.into_iter().map(|author| device_of(tx, author)).collect()
        })
    }

    fn set_role(&self, user: UserId, role: &str, readable: &[Readable], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let user = find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
            stand_in_line(tx, &user.district)?;
            tx.execute("UPDATE users SET role = $2 WHERE id = $1", &[&Fixed(user.id.0), &role])?;
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
            stand_in_line(tx, &user.district)?;
            let values: Values<'_> = &[&Fixed(user.id.0), &text(name)];
            tx.execute("UPDATE users SET name = $2 WHERE id = $1", values)?;
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
                "DELETE FROM enrol_code WHERE user_id = $1 AND used_by IS NULL",
                &[&Fixed(user.0)],
            )?;
            if dropped > 0 {
                let about = About {
                    user: Some(user),
                    ..About::default()
                };
                audit(tx, now_ms, Deed::DropCodes, &about)?;
            }
            Ok(dropped)
        })
    }

    fn dismiss_author(&self, id: AuthorId, hand_in: bool, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let author = find_author(tx, id)?.ok_or(StorageError::NoSuch("author"))?;
            tx.execute(
                "UPDATE author SET revoked_ms = coalesce(revoked_ms, $2), hand_in = $3 WHERE id = $1",
                &[&Fixed(id.0), &now_ms, &hand_in],
            )?;
            tx.execute("DELETE FROM media_token WHERE author = $1", &[&Fixed(id.0)])?;
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
                "UPDATE author SET destroyed_ms = $2
                 WHERE id = $1 AND revoked_ms IS NOT NULL AND destroyed_ms IS NULL",
                &[&Fixed(id.0), &now_ms],
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

/// Makes the device an author and its code used. False where there is such an author already.
fn add_author(tx: &Tx<'_>, user: &User, enrolment: &Enrolment, now_ms: i64) -> Result<bool> {
    stand_in_line(tx, &user.district)?;
    let added = tx.execute(
        "INSERT INTO author (id, user_id, public_key, device, enrolled_ms) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        &[
            &Fixed(enrolment.author.0),
            &Fixed(user.id.0),
            &Fixed(enrolment.public_key.0),
            &text(&enrolment.device),
            &now_ms,
        ],
    )?;
    if added == 0 {
        return Ok(false);
    }
    tx.execute(
        "UPDATE enrol_code SET used_by = $2 WHERE hash = $1",
        &[&Fixed(enrolment.code_hash), &Fixed(enrolment.author.0)],
    )?;
    tell_of(tx, user, enrolment.author, now_ms)?;
    let about = About {
        user: Some(user.id),
        author: Some(enrolment.author),
        ..About::default()
    };
    audit(tx, now_ms, Deed::Enrol, &about)?;
    Ok(true)
}

/// Has the log tell anew who somebody is on each of their devices.
fn tell_of_all(tx: &Tx<'_>, user: &User, now_ms: i64) -> Result<()> {
    let sql = "SELECT id FROM author WHERE user_id = $1 AND revoked_ms IS NULL ORDER BY id";
    for row in tx.rows(sql, &[&Fixed(user.id.0)])? {
        tell_of(tx, user, AuthorId(fixed(&row, 0)?), now_ms)?;
    }
    Ok(())
}

/// Has the log tell who an author is.
fn tell_of(tx: &Tx<'_>, user: &User, author: AuthorId, now_ms: i64) -> Result<()> {
    let entry = NewEntry {
        kind: KIND_AUTHOR,
        user: Some(user.id),
        author: Some(author),
        ..NewEntry::default()
    };
    append(tx, &user.district, now_ms, &entry)?;
    Ok(())
}

fn device_of(tx: &Tx<'_>, author: Author) -> Result<Device> {
    let row = tx.row(
        "SELECT a.enrolled_ms, a.seen_ms, a.app_version, (
            SELECT count(*) FROM log l JOIN granted g ON g.user_id = a.user_id AND g.document = l.document
            WHERE l.district = $2 AND l.number > coalesce(a.seen_number, 0) AND l.kind = 1 AND l.author <> a.id)
         FROM author a WHERE a.id = $1",
        &[&Fixed(author.id.0), &author.user.district],
    )?;
    let row = row.ok_or(StorageError::NoSuch("author"))?;
    Ok(Device {
        author,
        enrolled_ms: at(&row, 0)?,
        seen_ms: at(&row, 1)?,
        app_version: at(&row, 2)?,
        behind: number(&row, 3)?,
    })
}

pub(super) fn find_user(tx: &Tx<'_>, id: UserId) -> Result<Option<User>> {
    let row = tx.row(&format!("{SELECT_USER} WHERE id = $1"), &[&Fixed(id.0)])?;
    row.as_ref().map(read_user).transpose()
}

pub(super) fn find_author(tx: &Tx<'_>, id: AuthorId) -> Result<Option<Author>> {
    let row = tx.row(&format!("{SELECT_AUTHOR} WHERE a.id = $1"), &[&Fixed(id.0)])?;
    row.as_ref().map(read_author).transpose()
}

fn read_user(row: &Row) -> Result<User> {
    Ok(User {
        id: UserId(fixed(row, 0)?),
        district: at(row, 1)?,
        name: at(row, 2)?,
        role: at(row, 3)?,
    })
}

fn read_author(row: &Row) -> Result<Author> {
    Ok(Author {
        id: AuthorId(fixed(row, 0)?),
        public_key: PublicKey(fixed(row, 1)?),
        device: at(row, 2)?,
        revoked_ms: at(row, 3)?,
        user: User {
            id: UserId(fixed(row, 4)?),
            district: at(row, 5)?,
            name: at(row, 6)?,
            role: at(row, 7)?,
        },
        hand_in: at(row, 8)?,
        destroyed_ms: at(row, 9)?,
    })
}
