use rusqlite::{Connection, OptionalExtension, params};

use super::Sqlite;
use super::staff::{MEMBER, end_sessions, note, read_member, there};
use super::write::audit;
use crate::storage::staff_links::{LetIn, Link, Return, StaffLinks, Way};
use crate::storage::write::About;
use crate::storage::{Deed, Result, SignedIn, StaffId, StaffMember, StorageError};

impl StaffLinks for Sqlite {
    fn link_staff(&self, id: StaffId, link: &Link, ways: LetIn, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let known = tx
                .query_row("SELECT 1 FROM staff WHERE id = ?1", [id.0], |_| Ok(()))
                .optional()?;
            known.ok_or(StorageError::NoSuch("member of staff"))?;
            let others = tx
                .query_row(
                    "SELECT 1 FROM staff_link WHERE issuer = ?1 AND claim = ?2 AND value = ?3 AND staff <> ?4",
                    params![link.issuer, link.claim, link.value, id.0],
                    |_| Ok(()),
                )
                .optional()?;
            if others.is_some() {
                return Err(StorageError::Exists("link of somebody else"));
            }
            tx.execute(
                "INSERT OR REPLACE INTO staff_link (staff, issuer, claim, value, only_so) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id.0, link.issuer, link.claim, link.value, ways == LetIn::Elsewhere],
            )?;
            end_sessions_by(tx, id, Way::Elsewhere)?;
            if ways == LetIn::Elsewhere {
                end_sessions(tx, id, None)?;
            }
            let detail = match ways {
                LetIn::Either => link.issuer.clone(),
                LetIn::Elsewhere => format!("{} alone", link.issuer),
            };
            note(tx, id, Deed::LinkStaff, &detail, now_ms)
        })
    }

    fn unlink_staff(&self, id: StaffId, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            there(tx.execute("DELETE FROM staff_link WHERE staff = ?1", [id.0])?)?;
            end_sessions_by(tx, id, Way::Elsewhere)?;
            note(tx, id, Deed::UnlinkStaff, "", now_ms)
        })
    }

    fn staff_links(&self) -> Result<Vec<(StaffId, Link, LetIn)>> {
        self.read(|tx| {
            let sql = "SELECT staff, issuer, claim, value, only_so FROM staff_link ORDER BY staff";
            let mut statement = tx.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let link = Link {
                    issuer: row.get(1)?,
                    claim: row.get(2)?,
                    value: row.get(3)?,
                };
                let ways = if row.get(4)? { LetIn::Elsewhere } else { LetIn::Either };
                Ok((StaffId(row.get(0)?), link, ways))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn return_staff(
        &self,
        back: &Return<'_>,
        now_ms: i64,
        forget_before_ms: i64,
    ) -> Result<Option<(StaffMember, SignedIn)>> {
        self.write(|tx| {
            let Some(member) = linked(tx, back.link)? else {
                return Ok(None);
            };
            let returned = tx.execute(
                "INSERT OR IGNORE INTO staff_return (hash, at_ms) VALUES (?1, ?2)",
                params![back.flow, now_ms],
            )?;
            if returned == 0 {
                return Ok(Some((member, SignedIn::Replay)));
            }
            tx.execute(
                "UPDATE staff SET signed_in_ms = ?2 WHERE id = ?1",
                params![member.id.0, now_ms],
            )?;
            tx.execute("DELETE FROM staff_return WHERE at_ms < ?1", [forget_before_ms])?;
            tx.execute("DELETE FROM staff_session WHERE began_ms < ?1", [forget_before_ms])?;
            tx.execute(
                "INSERT INTO staff_session (hash, staff, began_ms, seen_ms, way) VALUES (?1, ?2, ?3, ?3, ?4)",
                params![back.session, member.id.0, now_ms, Way::Elsewhere.code()],
            )?;
            note(tx, member.id, Deed::SignIn, &back.link.issuer, now_ms)?;
            Ok(Some((member, SignedIn::Yes)))
        })
    }

    fn note_unlinked(&self, issuer: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let about = About {
                detail: issuer,
                ..About::default()
            };
            audit(tx, now_ms, Deed::WrongSignIn, &about)
        })
    }
}

/// Whoever is linked so and is not shut out.
fn linked(tx: &Connection, link: &Link) -> Result<Option<StaffMember>> {
    let sql = format!(
        "SELECT {MEMBER} FROM staff_link l JOIN staff s ON s.id = l.staff
         WHERE l.issuer = ?1 AND l.claim = ?2 AND l.value = ?3 AND s.shut_out_ms IS NULL"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let values = params![link.issuer, link.claim, link.value];
    Ok(statement.query_row(values, read_member).optional()?)
}

fn end_sessions_by(tx: &Connection, id: StaffId, way: Way) -> Result<()> {
    tx.execute(
        "DELETE FROM staff_session WHERE staff = ?1 AND way = ?2",
        params![id.0, way.code()],
    )?;
    Ok(())
}
