use protocol::UserId;
use tokio_postgres::Row;

use super::Postgres;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, small, text};
use super::write::audit;
use crate::storage::staff::wait_ms;
use crate::storage::staff_links::Way;
use crate::storage::write::About;
use crate::storage::{
    Deed, Result, SignedIn, StaffId, StaffKeys, StaffMember, StaffRoll, StaffSession, StorageError, Try,
};

pub(super) const MEMBER: &str = "s.id, s.name, s.district, s.shut_out_ms, s.signed_in_ms";

impl StaffRoll for Postgres {
    fn add_staff(&self, member: &StaffMember, keys: &StaffKeys, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            if let Some(district) = &member.district
                && !tx.any("SELECT 1 FROM district WHERE code = $1", &[district])?
            {
                return Err(StorageError::NoSuch("district"));
            }
            let added = tx.execute(
                "INSERT INTO staff (id, name, district, passphrase, code_secret, code_step, wrong, wrong_ms, created_ms)
                 VALUES ($1, $2, $3, $4, $5, 0, 0, 0, $6) ON CONFLICT DO NOTHING",
                &[
                    &Fixed(member.id.0),
                    &member.name,
                    &member.district,
                    &keys.passphrase,
                    &keys.code_secret,
                    &now_ms,
                ],
            )?;
            if added == 0 {
                return Err(StorageError::Exists("member of staff"));
            }
            let detail = member.district.as_deref().unwrap_or("all districts");
            note(tx, member.id, Deed::AddStaff, detail, now_ms)
        })
    }

    fn staff(&self) -> Result<Vec<StaffMember>> {
        self.read_one(|tx| {
            let sql = format!("SELECT {MEMBER} FROM staff s ORDER BY s.name COLLATE \"C\"");
            tx.rows(&sql, &[])?.iter().map(read_member).collect()
        })
    }

    fn staff_named(&self, name: &str) -> Result<Option<(StaffMember, StaffKeys)>> {
        self.read_one(|tx| {
            let sql = format!(
                "SELECT {MEMBER}, s.passphrase, s.code_secret FROM staff s
                 WHERE s.name = $1 AND s.shut_out_ms IS NULL
                     AND NOT EXISTS (SELECT 1 FROM staff_link l WHERE l.staff = s.id AND l.only_so)"
            );
            let Some(row) = tx.row(&sql, &[&text(name)])? else {
                return Ok(None);
            };
            let keys = StaffKeys {
                passphrase: at(&row, 5)?,
                code_secret: at(&row, 6)?,
            };
            Ok(Some((read_member(&row)?, keys)))
        })
    }

    fn renew_staff(&self, id: StaffId, keys: &StaffKeys, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let set = tx.execute(
                "UPDATE staff SET passphrase = $2, code_secret = $3, code_step = 0, wrong = 0, shut_out_ms = NULL
                 WHERE id = $1",
                &[&Fixed(id.0), &keys.passphrase, &keys.code_secret],
            )?;
            there(set)?;
            end_sessions(tx, id, None)?;
            note(tx, id, Deed::RenewStaff, "", now_ms)
        })
    }

    fn set_passphrase(&self, id: StaffId, passphrase: &str, keep: [u8; 32], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let set = tx.execute(
                "UPDATE staff SET passphrase = $2, wrong = 0 WHERE id = $1",
                &[&Fixed(id.0), &passphrase],
            )?;
            there(set)?;
            end_sessions(tx, id, Some(keep))?;
            note(tx, id, Deed::SetPassphrase, "", now_ms)
        })
    }

    fn shut_out_staff(&self, id: StaffId, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let set = tx.execute(
                "UPDATE staff SET shut_out_ms = coalesce(shut_out_ms, $2) WHERE id = $1",
                &[&Fixed(id.0), &now_ms],
            )?;
            there(set)?;
            end_sessions(tx, id, None)?;
            note(tx, id, Deed::ShutOutStaff, "", now_ms)
        })
    }

    fn begin_try(&self, id: StaffId, now_ms: i64) -> Result<Try> {
        self.write(|tx| {
            // Locked: of two tries at the same time the second finds the first counted.
            let tried = tx.row(
                "SELECT wrong, wrong_ms FROM staff WHERE id = $1 FOR UPDATE",
                &[&Fixed(id.0)],
            )?;
            let tried = tried.ok_or(StorageError::NoSuch("member of staff"))?;
            let left_ms = at::<i64>(&tried, 1)? + wait_ms(small(&tried, 0)?) - now_ms;
            if left_ms > 0 {
                return Ok(Try::Wait(left_ms));
            }
            tx.execute(
                "UPDATE staff SET wrong = wrong + 1, wrong_ms = $2 WHERE id = $1",
                &[&Fixed(id.0), &now_ms],
            )?;
            Ok(Try::Counted)
        })
    }

    fn note_wrong_try(&self, id: StaffId, now_ms: i64) -> Result<()> {
        self.write(|tx| note(tx, id, Deed::WrongSignIn, "", now_ms))
    }

    fn sign_in(
        &self,
        id: StaffId,
        step: u64,
        session: [u8; 32],
        now_ms: i64,
        forget_before_ms: i64,
    ) -> Result<SignedIn> {
        self.write(|tx| {
            if use_code(tx, id, step)? == SignedIn::Replay {
                return Ok(SignedIn::Replay);
            }
            tx.execute(
                "UPDATE staff SET wrong = 0, signed_in_ms = $2 WHERE id = $1",
                &[&Fixed(id.0), &now_ms],
            )?;
            tx.execute("DELETE FROM staff_session WHERE began_ms < $1", &[&forget_before_ms])?;
            tx.execute(
                "INSERT INTO staff_session (hash, staff, began_ms, seen_ms) VALUES ($1, $2, $3, $3)",
                &[&Fixed(session), &Fixed(id.0), &now_ms],
            )?;
            note(tx, id, Deed::SignIn, "", now_ms)?;
            Ok(SignedIn::Yes)
        })
    }

    fn use_code(&self, id: StaffId, step: u64) -> Result<SignedIn> {
        self.write(|tx| use_code(tx, id, step))
    }

    fn staff_session(&self, session: [u8; 32]) -> Result<Option<StaffSession>> {
        self.read_one(|tx| {
            let sql = format!(
                "SELECT {MEMBER}, e.began_ms, e.seen_ms, e.way FROM staff_session e JOIN staff s ON s.id = e.staff
                 WHERE e.hash = $1 AND s.shut_out_ms IS NULL
                     AND (e.way <> 0 OR NOT EXISTS (SELECT 1 FROM staff_link l WHERE l.staff = s.id AND l.only_so))"
            );
            let Some(row) = tx.row(&sql, &[&Fixed(session)])? else {
                return Ok(None);
            };
            Ok(Some(StaffSession {
                member: read_member(&row)?,
                began_ms: at(&row, 5)?,
                seen_ms: at(&row, 6)?,
                way: Way::of_code(at(&row, 7)?),
            }))
        })
    }

    fn touch_staff_session(&self, session: [u8; 32], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE staff_session SET seen_ms = greatest(seen_ms, $2) WHERE hash = $1",
                &[&Fixed(session), &now_ms],
            )?;
            Ok(())
        })
    }

    fn sign_out(&self, session: [u8; 32], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let ended = tx.row(
                "DELETE FROM staff_session WHERE hash = $1 RETURNING staff",
                &[&Fixed(session)],
            )?;
            match ended {
                Some(row) => note(tx, StaffId(fixed(&row, 0)?), Deed::SignOut, "", now_ms),
                None => Ok(()),
            }
        })
    }

    fn note_staff(&self, id: StaffId, what: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| note(tx, id, Deed::Administer, what, now_ms))
    }
}

pub(super) fn there(rows: u64) -> Result<()> {
    if rows == 0 {
        return Err(StorageError::NoSuch("member of staff"));
    }
    Ok(())
}

fn use_code(tx: &Tx<'_>, id: StaffId, step: u64) -> Result<SignedIn> {
    let used = tx.execute(
        "UPDATE staff SET code_step = $2 WHERE id = $1 AND code_step < $2",
        &[&Fixed(id.0), &Number(step)],
    )?;
    Ok(if used == 0 { SignedIn::Replay } else { SignedIn::Yes })
}

pub(super) fn end_sessions(tx: &Tx<'_>, id: StaffId, but: Option<[u8; 32]>) -> Result<()> {
    tx.execute(
        "DELETE FROM staff_session WHERE staff = $1 AND ($2::bytea IS NULL OR hash <> $2)",
        &[&Fixed(id.0), &but.map(Fixed)],
    )?;
    Ok(())
}

pub(super) fn note(tx: &Tx<'_>, id: StaffId, deed: Deed, detail: &str, now_ms: i64) -> Result<()> {
    let about = About {
        user: Some(UserId(id.0)),
        detail,
        ..About::default()
    };
    audit(tx, now_ms, deed, &about)
}

pub(super) fn read_member(row: &Row) -> Result<StaffMember> {
    Ok(StaffMember {
        id: StaffId(fixed(row, 0)?),
        name: at(row, 1)?,
        district: at(row, 2)?,
        shut_out_ms: at(row, 3)?,
        signed_in_ms: at(row, 4)?,
    })
}
