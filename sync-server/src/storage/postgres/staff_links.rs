use super::Postgres;
use super::staff::{MEMBER, end_sessions, note, read_member, there};
use super::transaction::Tx;
use super::value::{Fixed, at, fixed, text};
use super::write::audit;
use crate::storage::staff_links::{LetIn, Link, Return, StaffLinks, Way};
use crate::storage::write::About;
use crate::storage::{Deed, Result, SignedIn, StaffId, StaffMember, StorageError};

impl StaffLinks for Postgres {
    fn link_staff(&self, id: StaffId, link: &Link, ways: LetIn, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            if !tx.any("SELECT 1 FROM staff WHERE id = $1", &[&Fixed(id.0)])? {
                return Err(StorageError::NoSuch("member of staff"));
            }
            let others = tx.any(
                "SELECT 1 FROM staff_link WHERE issuer = $1 AND claim = $2 AND value = $3 AND staff <> $4",
                &[&link.issuer, &link.claim, &link.value, &Fixed(id.0)],
            )?;
            if others {
                return Err(StorageError::Exists("link of somebody else"));
            }
            tx.execute(
                "INSERT INTO staff_link (staff, issuer, claim, value, only_so) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (staff) DO UPDATE SET issuer = excluded.issuer, claim = excluded.claim,
                     value = excluded.value, only_so = excluded.only_so",
                &[
                    &Fixed(id.0),
                    &link.issuer,
                    &link.claim,
                    &link.value,
                    &(ways == LetIn::Elsewhere),
                ],
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
            there(tx.execute("DELETE FROM staff_link WHERE staff = $1", &[&Fixed(id.0)])?)?;
            end_sessions_by(tx, id, Way::Elsewhere)?;
            note(tx, id, Deed::UnlinkStaff, "", now_ms)
        })
    }

    fn staff_links(&self) -> Result<Vec<(StaffId, Link, LetIn)>> {
        self.read_one(|tx| {
            let sql = "SELECT staff, issuer, claim, value, only_so FROM staff_link ORDER BY staff";
            let rows = tx.rows(sql, &[])?;
            rows.iter()
                .map(|row| {
                    let link = Link {
                        issuer: at(row, 1)?,
                        claim: at(row, 2)?,
                        value: at(row, 3)?,
                    };
                    let ways = if at(row, 4)? { LetIn::Elsewhere } else { LetIn::Either };
                    Ok((StaffId(fixed(row, 0)?), link, ways))
                })
                .collect()
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
                "INSERT INTO staff_return (hash, at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                &[&Fixed(back.flow), &now_ms],
            )?;
            if returned == 0 {
                return Ok(Some((member, SignedIn::Replay)));
            }
            tx.execute(
                "UPDATE staff SET signed_in_ms = $2 WHERE id = $1",
                &[&Fixed(member.id.0), &now_ms],
            )?;
            tx.execute("DELETE FROM staff_return WHERE at_ms < $1", &[&forget_before_ms])?;
            tx.execute("DELETE FROM staff_session WHERE began_ms < $1", &[&forget_before_ms])?;
            tx.execute(
                "INSERT INTO staff_session (hash, staff, began_ms, seen_ms, way) VALUES ($1, $2, $3, $3, $4)",
                &[
                    &Fixed(back.session),
                    &Fixed(member.id.0),
                    &now_ms,
                    &i64::from(Way::Elsewhere.code()),
                ],
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

/// Whoever is linked so and is not shut out. Locked: whoever is shut out at the same time is so behind it, with the session.
fn linked(tx: &Tx<'_>, link: &Link) -> Result<Option<StaffMember>> {
    let sql = format!(
        "SELECT {MEMBER} FROM staff_link l JOIN staff s ON s.id = l.staff
         WHERE l.issuer = $1 AND l.claim = $2 AND l.value = $3 AND s.shut_out_ms IS NULL FOR UPDATE"
    );
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
        [&text(&link.issuer), &text(&link.claim), &text(&link.value)];
    tx.row(&sql, &values)?.as_ref().map(read_member).transpose()
}

fn end_sessions_by(tx: &Tx<'_>, id: StaffId, way: Way) -> Result<()> {
    tx.execute(
        "DELETE FROM staff_session WHERE staff = $1 AND way = $2",
        &[&Fixed(id.0), &i64::from(way.code())],
    )?;
    Ok(())
}
